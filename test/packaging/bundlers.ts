import { join } from 'node:path'
import { build as esbuild } from 'esbuild'
import { build as vite } from 'vite'
import webpack from 'webpack'

/** Bundles a project's `wallet-page.js` for browsers into a folder of its own; gives the address of the script there. */
export type Bundler = (project: string, folder: string) => Promise<string>

/** With nothing set that a user would not have to set. */
export const bundlers: Readonly<Record<string, Bundler>> = {
  async Vite(project, folder) {
    const result = await vite({
      root: project,
      configFile: false,
      logLevel: 'error',
      build: {
        outDir: folder,
        rolldownOptions: { input: join(project, 'wallet-page.js'), output: { entryFileNames: 'page.js' } },
      },
    })
    if (!('output' in result)) throw new Error('Vite gave no single output')
    return 'page.js'
  },

  async webpack(project, folder) {
    const compiler = webpack({
      mode: 'production',
      context: project,
      entry: './wallet-page.js',
      output: { path: folder, filename: 'page.js' },
      performance: false,
    })
    if (compiler === null) throw new Error('webpack gave no compiler')
    const stats = await new Promise<webpack.Stats | undefined>((resolve, reject) => {
      compiler.run((error, result) => (error === null ? resolve(result) : reject(error)))
    })
    await new Promise<void>((resolve) => compiler.close(() => resolve()))
    if (stats?.hasErrors() || stats?.hasWarnings())
      throw new Error(stats.toString({ all: false, errors: true, warnings: true }))
    return 'page.js'
  },

  async esbuild(project, folder) {
    const { warnings } = await esbuild({
      absWorkingDir: project,
      entryPoints: ['wallet-page.js'],
      bundle: true,
      minify: true,
      format: 'esm',
      platform: 'browser',
      outfile: join(folder, 'page.js'),
      logLevel: 'silent',
    })
    if (warnings.length > 0) throw new Error(warnings.map(({ text }) => text).join('\n'))
    return 'page.js'
  },
}
