import { fixtures } from '../fixtures.ts'

/** Every file of the fixtures below a folder, no longer than asked; none where there are no fixtures. */
export function fixtureFiles(folder: string, suffix = '', maxBytes = 64 * 1024): Uint8Array[] {
  if (!fixtures.available) return []
  return fixtures
    .walk(folder, suffix)
    .map((file) => fixtures.bytes(file))
    .filter(({ length }) => length <= maxBytes)
}

/** The values of every `0x…` in JSON, however deep. */
export function hexBytesIn(json: unknown): Uint8Array[] {
  if (typeof json === 'string') {
    return /^0x([0-9a-f]{2})*$/i.test(json) ? [new Uint8Array(Buffer.from(json.slice(2), 'hex'))] : []
  }
  return typeof json === 'object' && json !== null ? Object.values(json).flatMap(hexBytesIn) : []
}
