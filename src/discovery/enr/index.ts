export { decodeEnr, type Enr, signEnr } from './enr.ts'
export { addressesOf, addressPairs, type EnrForkId, encodeForkId, forkIdAt, forkIdOf } from './enr-fields.ts'
