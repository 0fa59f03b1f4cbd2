import type { Plugin } from 'vite'
import { root } from './package.ts'
import { pureSha256File, takesCurrentNoble, takesPureSha256 } from './vendor-ssz.ts'

/** What `vendorSsz()` does to the package, for what Vite bundles from the checkout: no WebAssembly is compiled by an import. */
export const pureSha256: Plugin = {
  name: 'pure-sha256',
  enforce: 'pre',
  resolveId(specifier, importer) {
    if (takesPureSha256(specifier, importer)) return pureSha256File(root)
    if (takesCurrentNoble(specifier, importer)) return this.resolve('@noble/hashes/sha2.js', pureSha256File(root))
    return undefined
  },
}
