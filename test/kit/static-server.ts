import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize, sep } from 'node:path'

const contentTypes: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
}

/** A static file server on 127.0.0.1. */
export interface StaticServer {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly url: string
  readonly port: number
  /** Closes it and every connection to it. Idempotent. */
  stop(): Promise<void>
}

/**
 * Serves a folder's files over HTTP on 127.0.0.1; a folder's own address gives its `index.html`.
 *
 * @param options.port - 0 picks a free one. @default 0
 * @param options.pages - answers to give in place of files, by path: `{ '/': '<!doctype html>…' }`
 */
export async function startStaticServer(
  folder: string,
  options: { readonly port?: number; readonly pages?: Readonly<Record<string, string>> } = {},
): Promise<StaticServer> {
  const server = createServer(async (request, response) => {
    const path = pathOf(request.url)
    const page = path === undefined ? undefined : options.pages?.[path]
    const body = page ?? (path === undefined ? undefined : await fileAt(folder, path))
    // Browsers ask for an icon unbidden; without one the console would show an error that is nobody's.
    if (body === undefined) return void response.writeHead(path === '/favicon.ico' ? 204 : 404).end()
    const extension = path === undefined || path.endsWith('/') ? '.html' : extname(path)
    const type = contentTypes[extension === '' && page !== undefined ? '.html' : extension]
    response
      .writeHead(200, { 'content-type': type ?? 'application/octet-stream', 'cache-control': 'no-store' })
      .end(body)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  let stopped: Promise<void> | undefined
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    stop: () => {
      stopped ??= new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
      return stopped
    },
  }
}

function pathOf(url: string | undefined): string | undefined {
  try {
    return decodeURIComponent(new URL(url ?? '/', 'http://localhost').pathname)
  } catch {
    return undefined
  }
}

async function fileAt(folder: string, path: string): Promise<Uint8Array | undefined> {
  const file = normalize(join(folder, path.endsWith('/') ? `${path}index.html` : path))
  if (!file.startsWith(normalize(folder + sep))) return undefined
  try {
    return await readFile(file)
  } catch {
    return undefined
  }
}
