import { LamparaError } from '../errors/index.ts'

const NAMESPACE = /^[A-Za-z0-9_-]{1,64}$/

/** Refuses a namespace that could reach outside its place. @throws LamparaError `invalid_argument` */
export function assertNamespace(namespace: string): void {
  if (NAMESPACE.test(namespace)) return
  throw new LamparaError(
    'invalid_argument',
    `Cannot open storage "${namespace}": a namespace is 1 to 64 letters, digits, "-" and "_"`,
  )
}
