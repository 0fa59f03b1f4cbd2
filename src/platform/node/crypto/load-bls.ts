import type { Bls } from '../../bls.ts'

let loaded: Promise<Bls> | undefined

/** blst where its native add-on can be loaded, else noble. */
export function loadBls(): Promise<Bls> {
  loaded ??= loadBlst().catch(loadNoble)
  return loaded
}

// Bundlers are told to leave native add-ons alone: they cannot read `.node` files. Node finds them at run time.
async function loadBlst(): Promise<Bls> {
  const [{ default: blst }, { createBlstBls }] = await Promise.all([
    import(/* webpackIgnore: true */ /* turbopackIgnore: true */ '@chainsafe/blst'),
    import('./blst-bls.ts'),
  ])
  return createBlstBls(blst)
}

async function loadNoble(): Promise<Bls> {
  return (await import('../../noble-bls.ts')).nobleBls
}
