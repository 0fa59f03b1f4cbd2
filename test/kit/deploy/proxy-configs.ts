import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const deploy = fileURLToPath(new URL('../../../deploy', import.meta.url))

/** Where the bootnodes of a test listen, in place of the examples' addresses. */
export interface Places {
  /** Of the proxy. */
  readonly port: number
  readonly webSocketPorts: readonly number[]
  readonly httpPorts: readonly number[]
  /** A certificate with its key, for the proxy to end TLS; without it, it speaks none. */
  readonly certificate?: { readonly cert: string; readonly key: string }
}

/** The host by which a client reaches a bootnode through the proxy: Linux has all of 127.0.0.0/8. */
export const hostOf = (index: number): string => `127.0.0.${2 + index}`

/** Replaces what must be there. */
function replaced(text: string, pairs: readonly (readonly [string, string])[]): string {
  return pairs.reduce((result, [from, to]) => {
    if (!result.includes(from)) throw new Error(`The example does not say ${from}`)
    return result.replaceAll(from, to)
  }, text)
}

function addressesOf({ webSocketPorts, httpPorts }: Places): (readonly [string, string])[] {
  return [
    ...webSocketPorts.map((port, index) => [`10.0.0.1${index}:8000`, `127.0.0.1:${port}`] as const),
    ...httpPorts.map((port, index) => [`10.0.0.1${index}:8080`, `127.0.0.1:${port}`] as const),
  ]
}

/** Writes the example for HAProxy into a folder, as it stands but for addresses, files and size. @returns the file */
export async function haproxyFile(folder: string, places: Places): Promise<string> {
  const { port, certificate } = places
  const map = join(folder, 'bootnodes.map')
  const names = await readFile(join(deploy, 'haproxy/bootnodes.map'), 'utf8')
  await writeFile(
    map,
    replaced(
      names,
      [0, 1, 2].map((index) => [`b${index}.relay.example`, hostOf(index)]),
    ),
  )
  const pem = join(folder, 'relay.pem')
  if (certificate) await writeFile(pem, certificate.cert + certificate.key)
  const text = replaced(await readFile(join(deploy, 'haproxy/haproxy.cfg'), 'utf8'), [
    [
      'bind :443 ssl crt /etc/haproxy/certs/relay.example.pem alpn http/1.1',
      certificate ? `bind :${port} ssl crt ${pem} alpn http/1.1` : `bind :${port}`,
    ],
    // As many files as a machine that runs tests lets it open.
    ['maxconn 40000', 'maxconn 4000'],
    ['maxconn 20000', 'maxconn 4000'],
    ['/etc/haproxy/bootnodes.map', map],
    ...addressesOf(places),
  ])
  const file = join(folder, 'haproxy.cfg')
  await writeFile(file, text)
  return file
}

/** Writes the example for nginx into a folder, as it stands but for addresses and files. @returns the file */
export async function nginxFile(folder: string, places: Places): Promise<string> {
  const { port, certificate } = places
  const files = { cert: join(folder, 'relay.crt'), key: join(folder, 'relay.key') }
  if (certificate) await Promise.all([writeFile(files.cert, certificate.cert), writeFile(files.key, certificate.key)])
  const text = replaced(await readFile(join(deploy, 'nginx/nginx.conf'), 'utf8'), [
    ['/run/nginx.pid', join(folder, 'nginx.pid')],
    ['error_log /var/log/nginx/error.log', `error_log ${join(folder, 'error.log')}`],
    ['listen 443 ssl;', certificate ? `listen ${port} ssl;` : `listen ${port};`],
    ['ssl_certificate /etc/nginx/certs/relay.example.crt;', certificate ? `ssl_certificate ${files.cert};` : ''],
    ['ssl_certificate_key /etc/nginx/certs/relay.example.key;', certificate ? `ssl_certificate_key ${files.key};` : ''],
    ['ssl_protocols TLSv1.2 TLSv1.3;', certificate ? 'ssl_protocols TLSv1.2 TLSv1.3;' : ''],
    ...[0, 1, 2].map((index) => [`b${index}.relay.example`, hostOf(index)] as const),
    ...addressesOf(places),
  ])
  const file = join(folder, 'nginx.conf')
  await writeFile(file, text)
  return file
}
