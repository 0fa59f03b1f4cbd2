import { type ContainerType, isCompositeType, type Type } from '@chainsafe/ssz'
import type { Preset } from '../../chain/index.ts'
import { beaconBlockBodyTypes, beaconStateTypes } from '../../ssz/beacon/beacon-state.ts'
import type { DevnetForkName } from './schedule.ts'

/** A container whose fields are looked up by name: the same code serves every fork. */
export type BeaconContainer = ContainerType<Record<string, Type<unknown>>>

/** BeaconState and BeaconBlockBody of every fork. */
export interface BeaconTypes {
  readonly state: Readonly<Record<DevnetForkName, BeaconContainer>>
  readonly body: Readonly<Record<DevnetForkName, BeaconContainer>>
}

const typesOfPreset = new Map<Preset['name'], BeaconTypes>()

/** The containers of a preset. Made once. */
export function beaconTypes(preset: Preset): BeaconTypes {
  const known = typesOfPreset.get(preset.name)
  if (known !== undefined) return known
  const types = {
    state: beaconStateTypes(preset) as unknown as BeaconTypes['state'],
    body: beaconBlockBodyTypes(preset) as unknown as BeaconTypes['body'],
  }
  typesOfPreset.set(preset.name, types)
  return types
}

/** What a container's mutable tree takes for a field: a value for basic fields, a subtree for others. */
export function fieldView(container: BeaconContainer, field: string, value: unknown): unknown {
  const type = container.fields[field]!
  return isCompositeType(type) ? type.toViewDU(value) : value
}
