// Loaded before Lodestar, by `node --import`.
import { registerHooks } from 'node:module'
import { isMainThread } from 'node:worker_threads'

// Three of its packages are native add-ons that Node 24 would have to compile. bcrypto has a side in JavaScript, too; these
// stand in for the others.
process.env.NODE_BACKEND = 'js'
const standIns = new Map([
  ['snappy', new URL('snappy.cjs', import.meta.url).href],
  ['@chainsafe/blst', new URL('blst.mjs', import.meta.url).href],
])

registerHooks({
  resolve(specifier, context, next) {
    const url = context.parentURL?.includes('/node_modules/') ? standIns.get(specifier) : undefined
    return url === undefined ? next(specifier, context) : { url, shortCircuit: true }
  },
})

// Anyone who started it holds the other end of stdin: when that process is gone, however it went, nobody is left to stop this.
if (isMainThread) {
  process.stdin.on('end', () => process.exit(1)).resume()
  process.stdin.unref()
}
