import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { build, type Plugin, preview } from 'vite'
import { root } from './package.ts'

/** The page's server. */
export interface PageServer {
  readonly url: string
  stop(): Promise<void>
}

const DEFAULT_PORT = 4180
const JOIN_PATH = '/.well-known/lampara.json'
const configFile = join(root, 'vite.config.ts')

/**
 * Builds the demo, if asked to, and serves it on 127.0.0.1 with the join document beside it, so that the page's own address
 * is all that one needs.
 *
 * @throws Error in words for people: nothing was built, or the port that was asked for is taken
 */
export async function servePage(options: {
  readonly port: number | undefined
  readonly build: boolean
  readonly joinUrl: string
  readonly say: (line: string) => void
}): Promise<PageServer> {
  if (options.build) {
    options.say('Building the page…')
    await build({ configFile, logLevel: 'error', build: { reportCompressedSize: false } })
  } else if (!existsSync(join(root, 'dist-demo/index.html'))) {
    throw new Error('Cannot serve the page: it was never built; leave out --no-build')
  }
  const server = await preview({
    configFile,
    logLevel: 'error',
    plugins: [joinPlugin()],
    preview: {
      host: '127.0.0.1',
      port: options.port ?? DEFAULT_PORT,
      strictPort: options.port !== undefined,
      proxy: { [JOIN_PATH]: { target: new URL(options.joinUrl).origin } },
    },
  }).catch((error: unknown) => {
    throw new Error(`Cannot serve the page: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    })
  })
  const url = server.resolvedUrls?.local[0]
  if (url === undefined) throw new Error('Cannot serve the page: its server has no address')
  return { url, stop: () => server.close() }
}

/** Sends the bare address to the join document that is served beside the page; an address with a query says for itself. */
function joinPlugin(): Plugin {
  return {
    name: 'lampara-join',
    configurePreviewServer({ middlewares }) {
      middlewares.use((request, response, next) => {
        if (request.url !== '/') return next()
        response.writeHead(302, { location: `/?join=${JOIN_PATH}`, 'cache-control': 'no-store' }).end()
      })
    },
  }
}
