import { cp, mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { forkDigestAtSlot, fromHex, mainnet, sepolia } from '../../src/chain/index.ts'
import { runProgram } from '../../src/cli/program.ts'
import {
  encodeLightClientObject,
  encodeUpdateStream,
  type LightClientObject,
  lightClientObjectToJson,
} from '../../src/ssz/index.ts'
import { capturedIo } from '../kit/cli/captured-io.ts'
import { fixtures } from '../kit/fixtures.ts'
import { type Expected, folderNames, readFolder } from '../kit/verification/folders.ts'

interface Report {
  readonly bootstrap: number | null
  readonly applied: number
  readonly ignored: readonly { file: string; code: string }[]
  readonly rejected: readonly { file: string; code: string }[]
  readonly finalized: { slot: number; root: string } | null
  readonly optimistic: { slot: number; root: string } | null
}

async function verify(...argv: string[]): Promise<{ status: number; report: Report; err: string[] }> {
  const io = capturedIo()
  const status = await runProgram(['verify', ...argv, '--json'], io)
  expect(io.out.length).toBeLessThanOrEqual(1)
  return { status, report: JSON.parse(io.out[0] ?? 'null') as Report, err: io.err }
}

function summary({ bootstrap, applied, rejected, finalized, optimistic }: Report): Omit<Expected, 'checkpoint'> {
  return {
    bootstrap: bootstrap ?? -1,
    applied,
    rejected: rejected.length,
    finalized: finalized?.slot ?? -1,
    optimistic: optimistic?.slot ?? -1,
  }
}

const runs = folderNames.flatMap((name) =>
  readFolder(name).expected.map(({ checkpoint, ...expected }) => ({ name, checkpoint, expected })),
)

/** A small folder: a bootstrap and three updates of Electra. */
const small = 'colibri-electra-1600-1602'
const folder = fixtures.available ? readFolder(small) : undefined
const nothing: Expected = { checkpoint: '0x', bootstrap: 0, applied: 0, rejected: 0, finalized: 0, optimistic: 0 }
const { checkpoint, ...expected } = folder?.expected[0] ?? nothing
const bootstrap = folder?.bootstraps.get(checkpoint)

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lampara-verify-'))
})
afterAll(() => rm(directory, { recursive: true }))

/** A folder with just these files. */
async function folderOf(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const path = await mkdtemp(join(directory, 'f-'))
  for (const [name, content] of Object.entries(files)) await writeFile(join(path, name), content)
  return path
}

const json = (object: LightClientObject): unknown => lightClientObjectToJson(mainnet, object)
const jsonText = (value: unknown): string => JSON.stringify(value)
const ssz = (object: LightClientObject): Uint8Array => encodeLightClientObject(mainnet, object)
const updates = () => folder!.updates.filter((update) => update.kind === 'update')

describe.skipIf(!fixtures.available)('lampara verify', () => {
  it.each(runs)('ends $name from $checkpoint on the heads of the reference', async (run) => {
    const path = fixtures.path('light-client-api', run.name)
    const { status, report } = await verify(path, '--chain', 'mainnet', '--checkpoint', run.checkpoint)
    expect(summary(report)).toEqual(run.expected)
    expect(status).toBe(0)
    expect(Object.keys(report)).toEqual(['bootstrap', 'applied', 'ignored', 'rejected', 'finalized', 'optimistic'])
    expect(report.finalized?.root).toMatch(/^0x[0-9a-f]{64}$/)
    const codes = new Set(report.ignored.map(({ code }) => code))
    expect([...codes].filter((code) => !['bootstrap_unrequested', 'period_out_of_reach'].includes(code))).toEqual([])
  })

  it.each([
    ['colibri-deneb-1347-1392', 'as a stream of updates'],
    ['colibri-electra-1600-1602', 'as SSZ and streams'],
    ['nimbus-capella-800-820', 'as SSZ under digests'],
    ['metacraft-altair-290-349', 'with bare headers'],
  ])('ends %s as it was recorded, %s, on the same heads', async (name) => {
    const path = fixtures.path('light-client', 'mainnet', name)
    const [{ checkpoint, ...expected }] = readFolder(name).expected as [Expected]
    const { status, report } = await verify(path, '--checkpoint', checkpoint)
    expect(summary(report)).toEqual(expected)
    expect(status).toBe(0)
  })

  it('takes every encoding by its content where the name says nothing', async () => {
    const [first, second, third] = updates()
    const path = await folderOf({
      a: ssz(bootstrap!),
      b: encodeUpdateStream(mainnet, [first!]),
      c: jsonText({ data: [json(second!)] }),
      d: ` \n${jsonText([{ version: 'electra', data: json(third!) }])}`,
    })
    const { report } = await verify(path, '--checkpoint', checkpoint)
    expect(summary(report)).toEqual(expected)
  })

  it('takes bare JSON, and a config.yaml for a chain', async () => {
    const files = { 'b.json': jsonText(json(bootstrap!)), 'u.json': jsonText(updates().map(json)) }
    const { report } = await verify(
      await folderOf(files),
      '--checkpoint',
      checkpoint,
      '--chain',
      fixtures.path('networks', 'mainnet', 'config.yaml'),
      '--genesis-root',
      mainnet.genesisValidatorsRoot,
      '--genesis-time',
      '1606824023',
    )
    expect(summary(report)).toEqual(expected)
  })

  it('rejects signatures made for another chain', async () => {
    const path = await folderOf({ 'b.ssz': ssz(bootstrap!), 'u.json': jsonText(updates().map(json)) })
    const { status, report } = await verify(
      path,
      '--checkpoint',
      checkpoint,
      '--chain',
      fixtures.path('networks', 'mainnet', 'config.yaml'),
      '--genesis-root',
      sepolia.genesisValidatorsRoot,
    )
    expect(report.rejected[0]).toEqual({ file: join(path, 'u.json'), code: 'signature_invalid' })
    expect(report.applied).toBe(0)
    expect(status).toBe(1)
  })

  it('exits with 1 when an object is invalid, names file and code, and goes on without it', async () => {
    const [first, second] = updates()
    const forged = structuredClone(json(first!)) as { sync_aggregate: { sync_committee_signature: string } }
    forged.sync_aggregate.sync_committee_signature = (
      json(second!) as typeof forged
    ).sync_aggregate.sync_committee_signature
    const path = await folderOf({
      'b.ssz': ssz(bootstrap!),
      'forged.json': jsonText(forged),
      'good.json': jsonText(json(first!)),
    })
    const { status, report } = await verify(path, '--checkpoint', checkpoint)
    expect(report.rejected).toEqual([{ file: join(path, 'forged.json'), code: 'signature_invalid' }])
    expect(report.applied).toBe(1)
    expect(status).toBe(1)
  })

  it('tells a changed slot as a forgery even where it makes an update look stale', async () => {
    const name = 'nimbus-fulu-1711'
    const { bootstraps, updates, expected } = readFolder(name)
    const [optimistic] = updates
    const older = structuredClone(json(optimistic!)) as { attested_header: { beacon: { slot: string } } }
    older.attested_header.beacon.slot = String(expected[0]!.bootstrap - 1)
    const path = await folderOf({
      'bootstrap.ssz': ssz([...bootstraps.values()][0]!),
      'optimistic.json': jsonText(older),
    })
    const { report } = await verify(path, '--checkpoint', expected[0]!.checkpoint)
    expect(report.rejected).toEqual([{ file: join(path, 'optimistic.json'), code: 'signature_invalid' }])
  })

  it('leaves unrelated files of a folder aside', async () => {
    const path = await folderOf({
      'b.json': jsonText(json(bootstrap!)),
      'README.md': '# Data',
      'package.json': '{"name":"x"}',
      'list.json': '[1,2,3]',
      notes: 'some words',
      empty: '',
      expected: jsonText([{ checkpoint, applied: 3 }]),
      'picture.png': Uint8Array.from({ length: 25_660 }, (_, index) => (index * 37) % 256),
      '.hidden.json': 'x',
    })
    await mkdir(join(path, 'folder.json'))
    const { status, report } = await verify(path, '--checkpoint', checkpoint)
    expect(report).toMatchObject({ ignored: [], rejected: [], applied: 0 })
    expect(status).toBe(0)
  })

  it.each<[string, string, string | Uint8Array, string]>([
    ['cut JSON', 'cut.json', '{"data":{"attested_header"', 'json_invalid'],
    ['JSON with a field missing', 'short.json', '{"attested_header":{"beacon":{"slot":"13107272"}}}', 'json_invalid'],
    ['JSON with a slot that is not one', 'slot.json', '{"attested_header":{"beacon":{"slot":"-1"}}}', 'json_invalid'],
    ['JSON that is not UTF-8', 'latin.json', Uint8Array.of(0x22, 0xff, 0x22), 'json_invalid'],
    ['SSZ of no object', 'noise.ssz', new Uint8Array(1000).fill(7), 'ssz_invalid'],
    ['empty SSZ', 'empty.ssz', new Uint8Array(0), 'ssz_invalid'],
  ])('rejects %s that a folder holds under a telling name', async (_, name, content, code) => {
    const path = await folderOf({ 'b.ssz': ssz(bootstrap!), [name]: content })
    const { status, report } = await verify(path, '--checkpoint', checkpoint)
    expect(report.rejected).toEqual([{ file: join(path, name), code }])
    expect(status).toBe(1)
  })

  it('rejects a stream that ends within an update', async () => {
    const stream = encodeUpdateStream(mainnet, updates())
    const path = await folderOf({ 'b.ssz': ssz(bootstrap!), 'u.ssz': stream.subarray(0, stream.length - 1) })
    const { status, report } = await verify(path, '--checkpoint', checkpoint)
    expect(report.rejected).toEqual([{ file: join(path, 'u.ssz'), code: 'unexpected_end' }])
    expect(status).toBe(1)
  })

  it('rejects files that were named and hold nothing, or do not exist, and goes on with the others', async () => {
    const path = await folderOf({ 'b.ssz': ssz(bootstrap!), notes: 'some words', 'other.json': '{}' })
    const [b, notes, other, missing] = ['b.ssz', 'notes', 'other.json', 'missing.json'].map((name) => join(path, name))
    const { status, report } = await verify(b!, notes!, other!, missing!, '--checkpoint', checkpoint)
    expect(report.rejected).toEqual([
      { file: notes, code: 'ssz_invalid' },
      { file: other, code: 'file_unreadable' },
      { file: missing, code: 'file_unreadable' },
    ])
    expect(report.bootstrap).toBe(expected.bootstrap)
    expect(status).toBe(1)
  })

  it('rejects a stream whose digests are not those of its slots', async () => {
    const stream = encodeUpdateStream(mainnet, updates())
    stream.set(fromHex(forkDigestAtSlot(mainnet, 11_000_000)), 8)
    const path = await folderOf({ 'b.ssz': ssz(bootstrap!), 'u.ssz': stream })
    const { report } = await verify(path, '--checkpoint', checkpoint)
    expect(report.rejected).toMatchObject([
      { file: join(path, 'u.ssz'), code: expect.stringMatching(/ssz_invalid|context_unknown/) },
    ])
  })

  it('opens nothing that is not a file, and nothing too large', async () => {
    const path = await folderOf({ 'b.ssz': ssz(bootstrap!), 'large.json': '' })
    await truncate(join(path, 'large.json'), 2 ** 31)
    const { report } = await verify(path, '/dev/null', '--checkpoint', checkpoint)
    expect(report.rejected).toEqual([
      { file: join(path, 'large.json'), code: 'length_out_of_bounds' },
      { file: '/dev/null', code: 'file_unreadable' },
    ])
  })

  it('exits with 2 when nothing could be read', async () => {
    for (const path of [join(directory, 'missing'), await folderOf({}), await folderOf({ notes: 'x' })]) {
      const { status, report } = await verify(path, '--checkpoint', checkpoint)
      expect(status).toBe(2)
      expect(report).toMatchObject({ bootstrap: null, applied: 0, finalized: null, optimistic: null })
    }
  })

  it('rejects every bootstrap when none is the checkpoint’s, and cannot judge the rest', async () => {
    const path = await folderOf({ 'b.ssz': ssz(bootstrap!), 'u.json': jsonText(json(updates()[0]!)) })
    const { status, report } = await verify(path, '--checkpoint', `0x${'ab'.repeat(32)}`)
    expect(report.rejected).toEqual([{ file: join(path, 'b.ssz'), code: 'bootstrap_root_mismatch' }])
    expect(report.ignored).toEqual([{ file: join(path, 'u.json'), code: 'checkpoint_unavailable' }])
    expect(status).toBe(1)
  })

  it('exits with 2 when there is no bootstrap at all', async () => {
    const path = await folderOf({ 'u.json': jsonText(json(updates()[0]!)) })
    expect((await verify(path, '--checkpoint', checkpoint)).status).toBe(2)
  })

  it('starts from the sound one of two bootstraps of the checkpoint', async () => {
    const broken = structuredClone(json(bootstrap!)) as { current_sync_committee_branch: string[] }
    broken.current_sync_committee_branch[0] = `0x${'11'.repeat(32)}`
    const path = await folderOf({
      'a.json': jsonText(broken),
      'b.json': jsonText(json(bootstrap!)),
      'c.ssz': ssz(bootstrap!),
    })
    const { report } = await verify(path, '--checkpoint', checkpoint)
    expect(report.bootstrap).toBe(expected.bootstrap)
    expect(report.rejected).toEqual([{ file: join(path, 'a.json'), code: 'current_sync_committee_branch_invalid' }])
    expect(report.ignored).toEqual([{ file: join(path, 'c.ssz'), code: 'bootstrap_unrequested' }])
  })

  it('takes a checkpoint in capitals', async () => {
    const path = await folderOf({ 'b.ssz': ssz(bootstrap!) })
    const { status } = await verify(path, '--checkpoint', `0x${checkpoint.slice(2).toUpperCase()}`)
    expect(status).toBe(0)
  })

  it.each<[string, string[], RegExp]>([
    ['no files', ['--checkpoint', `0x${'00'.repeat(32)}`], /name files or a folder/],
    ['no checkpoint', ['x'], /--checkpoint/],
    ['a short checkpoint', ['x', '--checkpoint', '0x12'], /"0x12" is not 0x and 64 hex digits/],
    ['an unknown option', ['x', '--frob'], /--frob/],
    ['an unknown chain', ['x', '--checkpoint', checkpoint, '--chain', 'nowhere'], /"nowhere" is neither mainnet/],
    ['no genesis root', ['x', '--checkpoint', checkpoint, '--chain', '/dev/null'], /--genesis-root/],
    [
      'an empty configuration',
      ['x', '--checkpoint', checkpoint, '--chain', '/dev/null', '--genesis-root', checkpoint],
      /\/dev\/null/,
    ],
    [
      'a genesis time that is not one',
      [
        ...['x', '--checkpoint', checkpoint, '--chain', fixtures.path('networks/mainnet/config.yaml')],
        ...['--genesis-root', checkpoint, '--genesis-time', 'noon'],
      ],
      /genesisTime/,
    ],
  ])('exits with 2 and words for %s', async (_, argv, words) => {
    const io = capturedIo()
    expect(await runProgram(['verify', ...argv], io)).toBe(2)
    expect(io.err.join('\n')).toMatch(words)
    expect(io.out).toEqual([])
  })

  it('explains itself with --help', async () => {
    const io = capturedIo()
    expect(await runProgram(['verify', '--help'], io)).toBe(0)
    expect(io.out.join('\n')).toContain('Usage: lampara verify FILES|FOLDER')
  })

  it('tells people the same, in colours on a terminal alone', async () => {
    const path = join(directory, 'people')
    await cp(fixtures.path('light-client-api', small), path, { recursive: true })
    const [pipe, terminal] = [capturedIo(), capturedIo({ isTty: true })]
    await runProgram(['verify', path, '--checkpoint', checkpoint], pipe)
    await runProgram(['verify', path, '--checkpoint', checkpoint], terminal)
    const text = pipe.out.join('\n')
    expect(text).toContain(`mainnet: ${expected.applied} objects applied`)
    expect(text).toMatch(/bootstrap {3}slot 13,107,200 {2}2025-\d\d-\d\d \d\d:\d\d:\d\d UTC {2}0x201a1d12/)
    expect(text).toMatch(/finalized {3}slot 13,115,328/)
    expect(text).not.toContain('\u001b')
    expect(terminal.out.join('\n')).toContain('\u001b[32m')
  })

  it('stops between objects when it is interrupted', async () => {
    const io = capturedIo()
    io.abort.abort(new Error('enough'))
    const path = fixtures.path('light-client-api', small)
    expect(await runProgram(['verify', path, '--checkpoint', checkpoint], io)).toBe(130)
    expect(io.out).toEqual([])
  })
})
