export { decodeEnr, type Enr, signEnr } from './enr.ts'
export {
  addressesOf,
  addressPairs,
  discv5AddressesOf,
  encodeForkId,
  encodeMultiaddrs,
  forkIdAt,
  forkIdOf,
  forkPairsAt,
} from './enr-fields.ts'
