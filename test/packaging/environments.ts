import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { build as esbuild } from 'esbuild'
import { buildPackage, packPackage } from '../../scripts/support/package.ts'

/** A policy that allows the page's own scripts alone: neither WebAssembly nor `eval`. */
export const strictPolicy = "default-src 'self'; connect-src 'self' http://127.0.0.1:* ws://127.0.0.1:*"

/** Bundles lines of code of a project with esbuild. @returns the file's name in the folder */
export async function bundleLines(
  project: string,
  folder: string,
  { name, lines, splitting = false }: { readonly name: string; readonly lines: string; readonly splitting?: boolean },
): Promise<string> {
  await esbuild({
    absWorkingDir: project,
    stdin: { contents: lines, resolveDir: project, sourcefile: `${name}.js` },
    bundle: true,
    minify: true,
    splitting,
    format: 'esm',
    platform: 'browser',
    outdir: folder,
    entryNames: name,
    chunkNames: '[name]-[hash]',
    logLevel: 'silent',
  })
  return `${name}.js`
}

/** What `npm test` has packed already, else a new one. */
export async function packedPackage(): Promise<string> {
  if (process.env.LAMPARA_TARBALL) return process.env.LAMPARA_TARBALL
  await buildPackage()
  return packPackage()
}

/** A devnet and a bootnode in a process of their own. */
export interface ConsumerNetwork {
  readonly join: string
  stop(): Promise<void>
}

/** Starts the project's devnet. */
export async function startConsumerNetwork(project: string, file = 'network.js'): Promise<ConsumerNetwork> {
  const child = spawn(process.execPath, [file], { cwd: project, stdio: ['pipe', 'pipe', 'inherit'] })
  for await (const line of createInterface({ input: child.stdout })) {
    const { join } = JSON.parse(line) as { readonly join: string }
    return {
      join,
      async stop() {
        if (child.exitCode !== null) return
        const ended = once(child, 'exit')
        child.stdin.end()
        await ended
      },
    }
  }
  throw new Error('The network ended without telling its addresses')
}
