import { spawnSync } from 'node:child_process'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { parseAllDocuments, parse as parseYaml } from 'yaml'
import { parseBootnodeOptions } from '../../src/cli/bootnode/options.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = join(root, 'deploy/kubernetes')
const cache = join(root, '.cache/manifests')
afterAll(() => rm(cache, { recursive: true, force: true }))

// biome-ignore lint/suspicious/noExplicitAny: what a manifest holds is what the tests are about.
type Manifest = any

/** Which module of kubernetes-models has an API's kinds. */
function moduleOf(apiVersion: string): string {
  if (apiVersion.startsWith('cert-manager.io/')) return `@kubernetes-models/cert-manager/${apiVersion}`
  return `kubernetes-models/${apiVersion}`
}

async function manifests(): Promise<readonly Manifest[]> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.yaml') && name !== 'kustomization.yaml')
  const texts = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')))
  return texts.flatMap((text) => parseAllDocuments(text).map((document) => document.toJS() as Manifest))
}

/** Checks values by the Kubernetes schemas. @throws with the path of what is wrong */
async function validate(manifest: Manifest): Promise<void> {
  const kinds = (await import(moduleOf(manifest.apiVersion))) as Record<
    string,
    new (
      data: unknown,
    ) => { validate(): void }
  >
  const Kind = kinds[manifest.kind]
  if (Kind === undefined) throw new Error(`${manifest.apiVersion} has no ${manifest.kind}`)
  new Kind(manifest).validate()
}

/** Checks names of fields, which the schemas let pass, by the schemas' types. @returns what the compiler says */
async function misnamed(all: readonly Manifest[]): Promise<string> {
  await mkdir(cache, { recursive: true })
  const lines = all.map(
    ({ apiVersion, kind, ...rest }, index) =>
      `import type { I${kind} as K${index} } from '${moduleOf(apiVersion)}'\nexport const m${index}: K${index} = ${JSON.stringify({ apiVersion, kind, ...rest })}`,
  )
  const file = join(cache, `manifests-${process.hrtime.bigint()}.ts`)
  await writeFile(file, lines.join('\n'))
  const options = [
    '--noEmit',
    '--skipLibCheck',
    '--strict',
    '--module',
    'nodenext',
    '--types',
    'node',
    '--target',
    'es2022',
  ]
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  return spawnSync(process.execPath, [tsc, ...options, '--ignoreConfig', file], { encoding: 'utf8' }).stdout
}

const find = (all: readonly Manifest[], kind: string): Manifest => all.find((manifest) => manifest.kind === kind)

describe('the manifests for Kubernetes', () => {
  it('hold to the schemas of their kinds, and kustomize lists each file', async () => {
    const all = await manifests()
    expect(all.length).toBeGreaterThan(15)
    for (const manifest of all) await validate(manifest)
    expect(await misnamed(all)).toBe('')
    const { resources } = parseYaml(await readFile(join(folder, 'kustomization.yaml'), 'utf8'))
    const files = (await readdir(folder)).filter((name) => name !== 'kustomization.yaml')
    expect([...resources].sort()).toEqual(files.sort())
  })

  it('are found out when a value is wrong, a field is misnamed, or a kind does not exist', async () => {
    const all = await manifests()
    const set = structuredClone(find(all, 'StatefulSet'))
    set.spec.replicas = 'three'
    await expect(validate(set)).rejects.toThrow('spec/replicas')
    const named = structuredClone(find(all, 'StatefulSet'))
    named.spec.template.spec.containers[0].readynessProbe = {}
    expect(await misnamed([named])).toContain('readynessProbe')
    await expect(validate({ apiVersion: 'apps/v1', kind: 'StatefulSets' })).rejects.toThrow('has no StatefulSets')
    const certificate = structuredClone(find(all, 'Certificate'))
    delete certificate.spec.issuerRef
    await expect(validate(certificate)).rejects.toThrow('issuerRef')
  })

  it('agree with each other: ports, selectors, pods, the autoscaler’s metric', async () => {
    const all = await manifests()
    const { spec } = find(all, 'StatefulSet')
    const labels = spec.template.metadata.labels
    const [container] = spec.template.spec.containers
    const ports = container.ports.map(({ name }: Manifest) => name)
    expect(spec.selector.matchLabels).toEqual(labels)
    const services = all.filter(({ kind }) => kind === 'Service')
    for (const service of services) {
      for (const { targetPort } of service.spec.ports) expect(ports).toContain(targetPort)
    }
    expect(services.map(({ metadata }) => metadata.name)).toContain(spec.serviceName)
    const { maxReplicas, scaleTargetRef, metrics } = find(all, 'HorizontalPodAutoscaler').spec
    expect(scaleTargetRef.name).toBe('lampara-bootnode')
    expect(metrics[0].pods.metric.name).toBe('lampara_clients')
    const names = new Set(services.map(({ metadata }) => metadata.name))
    const hosts = find(all, 'Ingress').spec.rules.map(({ host }: Manifest) => host)
    for (let pod = 0; pod < maxReplicas; pod++) {
      expect(names).toContain(`lampara-bootnode-${pod}`)
      expect(hosts).toContain(`lampara-bootnode-${pod}.relay.example`)
    }
    for (const { http } of find(all, 'Ingress').spec.rules) {
      for (const { backend } of http.paths) expect(names).toContain(backend.service.name)
    }
    for (const kind of ['NetworkPolicy', 'PodDisruptionBudget']) {
      const { podSelector, selector } = find(all, kind).spec
      expect((podSelector ?? selector).matchLabels).toEqual(labels)
    }
    for (const probe of ['startupProbe', 'livenessProbe']) expect(container[probe].httpGet.path).toBe('/health')
    expect(container.readinessProbe.httpGet.path).toBe('/ready')
  })

  it('forbid tunnels into the cluster, root, and writing to the root file system', async () => {
    const all = await manifests()
    const { egress } = find(all, 'NetworkPolicy').spec
    const blocks = egress.flatMap(({ to = [] }: Manifest) => to).flatMap(({ ipBlock }: Manifest) => ipBlock ?? [])
    const v4 = blocks.find(({ cidr }: Manifest) => cidr === '0.0.0.0/0')
    expect(v4.except).toEqual(
      expect.arrayContaining(['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16', '100.64.0.0/10']),
    )
    expect(egress.every(({ to }: Manifest) => Array.isArray(to) && to.length > 0)).toBe(true)
    const { template } = find(all, 'StatefulSet').spec
    expect(template.spec.securityContext).toMatchObject({
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    })
    expect(template.spec.containers[0].securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    })
  })

  it('start the bootnode with arguments that it understands, within the time that it takes to drain', async () => {
    const all = await manifests()
    const { template } = find(all, 'StatefulSet').spec
    const dockerfile = await readFile(join(root, 'deploy/Dockerfile'), 'utf8')
    const entry = JSON.parse(/^ENTRYPOINT (\[[\s\S]*\])/m.exec(dockerfile)![1]!.replaceAll('\\\n', '')) as string[]
    const { data } = find(all, 'ConfigMap')
    const variables: Record<string, string> = { ...data, POD_NAME: 'lampara-bootnode-0' }
    const filled = template.spec.containers[0].args.map((arg: string) =>
      arg.replace(/\$\((\w+)\)/g, (_, name: string) => variables[name] ?? `unknown ${name}`),
    )
    const argv = [...entry.slice(entry.indexOf('bootnode') + 1), ...filled]
    const parsed = await parseBootnodeOptions(argv, AbortSignal.any([]), () => {})
    if (parsed === 'help') throw new Error('It asks for help')
    expect(parsed.bootnode.announce).toEqual(['/dns4/lampara-bootnode-0.relay.example/tcp/443/tls/ws'])
    expect(parsed.bootnode.metrics).toEqual({ host: '0.0.0.0', port: 9464 })
    expect(parsed.drainMs / 1000 + 15).toBeLessThan(template.spec.terminationGracePeriodSeconds)
    expect(dockerfile).toMatch(/^USER 65532/m)
    expect(dockerfile.match(/^FROM /gm)).toHaveLength(2)
    const unit = await readFile(join(root, 'deploy/systemd/lampara-bootnode.service'), 'utf8')
    const command = /^ExecStart=(.*(?:\\\n.*)*)/m.exec(unit)![1]!.replaceAll('\\\n', ' ').trim().split(/\s+/)
    const args = command.slice(2, -1).concat('--checkpoint', `0x${'11'.repeat(32)}`)
    const ofUnit = await parseBootnodeOptions(args, AbortSignal.any([]), () => {})
    if (ofUnit === 'help') throw new Error('It asks for help')
    expect(ofUnit.drainMs / 1000 + 15).toBeLessThan(Number(/^TimeoutStopSec=(\d+)/m.exec(unit)![1]))
  })
})
