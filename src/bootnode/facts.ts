import type { Siblings } from './siblings.ts'

/** How a bootnode stands, for its HTTP sides. */
export interface BootnodeFacts {
  readonly maxClients: number
  /** It ends: it takes no new clients. */
  isDraining(): boolean
  /** Clients can be served. */
  isReady(): boolean
  siblings(): Pick<Siblings, 'addresses' | 'count'> | undefined
}
