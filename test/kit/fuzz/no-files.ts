import { registerHooks } from 'node:module'

let content = ''

/** What every file holds from now on, for code loaded after `withoutFiles()`. */
export function setFileContent(text: string): void {
  content = text
}

/** Stands in for the same function of `node:fs/promises`, by which name alone it is imported. @public */
export async function readFile(): Promise<string> {
  return content
}

/** As `readFile`, for what reads piece by piece. @public */
export async function open(): Promise<unknown> {
  let rest = new TextEncoder().encode(content)
  return {
    async read(buffer: Uint8Array, offset: number, length: number) {
      const bytesRead = Math.min(rest.length, length)
      buffer.set(rest.subarray(0, bytesRead), offset)
      rest = rest.subarray(bytesRead)
      return { bytesRead }
    },
    close: async () => {},
  }
}

/** Keeps the command line's code, which is loaded after this, from files and the network. */
export function withoutFiles(): void {
  globalThis.fetch = async () => {
    throw new TypeError('there is no network here')
  }
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === 'node:fs/promises' && context.parentURL?.includes('/src/cli/')
        ? { url: import.meta.url, shortCircuit: true }
        : next(specifier, context),
  })
}
