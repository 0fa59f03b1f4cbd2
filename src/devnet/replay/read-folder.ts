import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Chain } from '../../chain/index.ts'
import { LamparaError, messageOf } from '../../errors/index.ts'
import {
  contextSlotOf,
  forkFromJsonVersion,
  type JsonEntry,
  type LightClientObject,
  lightClientForkAtSlot,
  lightClientForks,
  lightClientJsonEntries,
  lightClientKindOfJson,
  lightClientObjectFromJson,
} from '../../ssz/index.ts'

/** Bounds of a folder: a mainnet update is 60 KB of JSON, and a year has 321 periods. */
const MAX_FILES = 2000
const MAX_FILE_BYTES = 64 * 1024 * 1024
const MAX_ENTRIES = 16_384

/** What a folder of recorded data held. */
export interface Recording {
  readonly objects: readonly LightClientObject[]
  /** `file: reason` of what could not be used. */
  readonly skipped: readonly string[]
}

/**
 * Reads a folder of Beacon API JSON: files named `*.json`, each with one light-client object or a list of them, bare or
 * under `data`. Other files are passed over; so are objects that are not in the containers of their own slot's fork, since
 * nobody could decode them from the wire.
 *
 * @throws LamparaError `file_unreadable` when the folder cannot be read, or holds more than 2,000 files or 16,384 objects; the signal's reason
 */
export async function readRecording(chain: Chain, folder: string, signal?: AbortSignal): Promise<Recording> {
  const names = await listFiles(folder)
  const objects: LightClientObject[] = []
  const skipped: string[] = []
  for (const name of names) {
    signal?.throwIfAborted()
    const skip = (error: unknown): void => void skipped.push(`${name}: ${messageOf(error)}`)
    let entries: JsonEntry[] = []
    try {
      entries = lightClientJsonEntries(await readJsonFile(join(folder, name)))
    } catch (error) {
      skip(error)
    }
    if (objects.length + skipped.length + entries.length > MAX_ENTRIES) {
      throw new LamparaError('file_unreadable', `Cannot read folder ${folder}: it has more than ${MAX_ENTRIES} objects`)
    }
    for (const entry of entries) {
      try {
        objects.push(readObject(chain, entry))
      } catch (error) {
        skip(error)
      }
    }
  }
  return { objects, skipped }
}

async function listFiles(folder: string): Promise<string[]> {
  let names: string[]
  try {
    names = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort()
  } catch (error) {
    throw LamparaError.from(error, 'file_unreadable', `Cannot read folder ${folder}`)
  }
  if (names.length <= MAX_FILES) return names
  throw new LamparaError('file_unreadable', `Cannot read folder ${folder}: it has more than ${MAX_FILES} files`)
}

async function readJsonFile(path: string): Promise<unknown> {
  const entry = await stat(path)
  if (!entry.isFile()) throw new LamparaError('file_unreadable', `Cannot read ${path}: it is not a file`)
  const { size } = entry
  if (size > MAX_FILE_BYTES) {
    throw new LamparaError('file_unreadable', `Cannot read ${path}: it has more than ${MAX_FILE_BYTES} bytes`)
  }
  return JSON.parse(await readFile(path, 'utf8'))
}

/** @throws LamparaError `json_invalid` */
function readObject(chain: Chain, { version, data }: JsonEntry): LightClientObject {
  const kind = lightClientKindOfJson(data)
  if (kind === undefined) throw new LamparaError('json_invalid', 'Cannot read an object: it is of no known kind')
  const named = forkFromJsonVersion(version)
  for (const fork of named === undefined ? [...lightClientForks].reverse() : [named]) {
    try {
      const object = lightClientObjectFromJson(chain, kind, fork, data)
      if (lightClientForkAtSlot(chain, contextSlotOf(object)) === fork) return object
    } catch (error) {
      if (named !== undefined) throw error
    }
  }
  throw new LamparaError('json_invalid', `Cannot read a ${kind}: it is not in the containers of its slot's fork`)
}
