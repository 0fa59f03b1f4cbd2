import { ContainerType, type Type } from '@chainsafe/ssz'

/** A Container of the specification, by its name, whose JSON is the Beacon API's. */
export function container<Fields extends Record<string, Type<unknown>>>(
  typeName: string,
  fields: Fields,
): ContainerType<Fields> {
  return new ContainerType(fields, { typeName, jsonCase: 'eth2' })
}
