import {
  BitArray,
  BitVectorType,
  ByteVectorType,
  ContainerType,
  type Type,
  UintBigintType,
  UintNumberType,
  VectorCompositeType,
} from '@chainsafe/ssz'
import { fromHex } from '../chain/index.ts'
import { LamparaError } from '../errors/index.ts'
import { PortableByteListType } from './basic/byte-list.ts'

/**
 * Reads a value of an SSZ type from Beacon API JSON: snake_case keys, numbers as decimal strings, bytes and bits as `0x…`.
 *
 * The library's `fromJson` takes "12abc" for 12 and bytes of any length; this one refuses both. Unknown keys are ignored.
 *
 * @param path - where the JSON stands, for the error's words
 * @throws LamparaError `json_invalid` naming the path of the first bad field
 */
export function readJson(type: Type<unknown>, json: unknown, path: string): unknown {
  if (type instanceof ContainerType) return readContainer(type, json, path)
  if (type instanceof VectorCompositeType) return readVector(type, json, path)
  if (type instanceof UintNumberType) return readNumber(json, path)
  if (type instanceof UintBigintType) return readUint(json, path, type.byteLength * 8)
  if (type instanceof BitVectorType) return readBits(type, json, path)
  if (type instanceof ByteVectorType) return readBytes(json, path, type.minSize, type.maxSize)
  if (type instanceof PortableByteListType) return readBytes(json, path, type.minSize, type.maxSize)
  throw new LamparaError('internal', `Cannot read ${path} from JSON: ${type.typeName} is not supported`)
}

function readContainer(
  type: ContainerType<Record<string, Type<unknown>>>,
  json: unknown,
  path: string,
): Record<string, unknown> {
  const object = jsonObject(bareHeader(type, json), path)
  const value: Record<string, unknown> = {}
  for (const { fieldName, jsonKey, fieldType } of type.fieldsEntries) {
    const at = path === '' ? jsonKey : `${path}.${jsonKey}`
    if (!Object.hasOwn(object, jsonKey)) throw invalid(at, 'is missing')
    value[fieldName] = readJson(fieldType, object[jsonKey], at)
  }
  return value
}

/** Before Capella's API, headers stood without their `beacon` wrapper. */
function bareHeader(type: Type<unknown>, json: unknown): unknown {
  if (type.typeName !== 'LightClientHeader' || !isJsonObject(json)) return json
  return Object.hasOwn(json, 'beacon') || !Object.hasOwn(json, 'slot') ? json : { ...json, beacon: json }
}

function readVector(
  type: { readonly length: number; readonly elementType: Type<unknown> },
  json: unknown,
  path: string,
): unknown[] {
  if (!Array.isArray(json)) throw invalid(path, 'is not an array')
  if (json.length !== type.length) throw invalid(path, `has ${json.length} items, not ${type.length}`)
  return json.map((item: unknown, index) => readJson(type.elementType, item, `${path}[${index}]`))
}

function readNumber(json: unknown, path: string): number {
  const value = readUint(json, path, 64)
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw invalid(path, 'is beyond 2^53 − 1')
  return Number(value)
}

function readUint(json: unknown, path: string, bits: number): bigint {
  // Some servers write small numbers without quotes; larger ones would have lost digits by now.
  const text = Number.isSafeInteger(json) ? String(json) : json
  if (typeof text !== 'string' || !/^\d{1,78}$/.test(text)) throw invalid(path, 'is not a decimal number')
  const value = BigInt(text)
  if (value >> BigInt(bits) !== 0n) throw invalid(path, `does not fit ${bits} bits`)
  return value
}

function readBits(type: BitVectorType, json: unknown, path: string): BitArray {
  const bytes = readBytes(json, path, type.minSize, type.maxSize)
  const beyond = type.lengthBits % 8
  if (beyond !== 0 && (bytes.at(-1) ?? 0) >> beyond !== 0) throw invalid(path, `has bits beyond ${type.lengthBits}`)
  return new BitArray(bytes, type.lengthBits)
}

function readBytes(json: unknown, path: string, minBytes: number, maxBytes: number): Uint8Array {
  if (typeof json !== 'string' || !json.startsWith('0x')) throw invalid(path, 'is not 0x-prefixed hex')
  const length = (json.length - 2) / 2
  if (length < minBytes || length > maxBytes) {
    const expected = minBytes === maxBytes ? `${minBytes}` : `${minBytes} to ${maxBytes}`
    throw invalid(path, `has ${length} bytes, not ${expected}`)
  }
  try {
    return fromHex(json)
  } catch (cause) {
    throw invalid(path, 'is not hex', cause)
  }
}

/** A JSON object's own keys. @throws LamparaError `json_invalid` for anything else */
export function jsonObject(json: unknown, path: string): Readonly<Record<string, unknown>> {
  if (!isJsonObject(json)) throw invalid(path === '' ? 'the document' : path, 'is not an object')
  return json
}

function isJsonObject(json: unknown): json is Readonly<Record<string, unknown>> {
  return typeof json === 'object' && json !== null && !Array.isArray(json)
}

function invalid(path: string, reason: string, cause?: unknown): LamparaError {
  return new LamparaError('json_invalid', `Cannot read JSON: ${path} ${reason}`, { cause, details: { path } })
}
