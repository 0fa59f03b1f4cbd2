export { decodeEnr, type Enr, signEnr } from './enr.ts'
export { addressesOf, addressPairs, encodeForkId, encodeMultiaddrs, forkIdAt, forkIdOf } from './enr-fields.ts'
