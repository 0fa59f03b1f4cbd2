import { readFile, stat } from 'node:fs/promises'
import { extname } from 'node:path'
import type { Chain } from '../../chain/index.ts'
import { LamparaError } from '../../errors/index.ts'
import type { LightClientObject } from '../../ssz/index.ts'
import type { FoundFile } from './collect-files.ts'
import { decodeJsonText } from './decode-json.ts'
import { decodeSsz } from './decode-ssz.ts'

/** An object, or why there is none, with the file that it came from. */
export type ReadEntry =
  | { readonly file: string; readonly object: LightClientObject }
  | { readonly file: string; readonly error: LamparaError }

/** Two thousand updates as JSON; more than any server gives at once. */
const MAX_FILE_BYTES = 128 * 2 ** 20

/** Reads every object in the files. Files of a folder that do not look like light-client data are left out. */
export async function readObjects(
  chain: Chain,
  files: readonly FoundFile[],
  signal: AbortSignal,
): Promise<ReadEntry[]> {
  const entries: ReadEntry[] = []
  for (const file of files) {
    signal.throwIfAborted()
    entries.push(...(await readEntries(chain, file)))
  }
  return entries
}

async function readEntries(chain: Chain, { path, named }: FoundFile): Promise<ReadEntry[]> {
  const format = formatOf(path)
  try {
    const bytes = await readBounded(path)
    const found = decode(chain, path, bytes)
    if (found.length > 0) return found.map((entry) => ({ file: path, ...entry }))
    if (!named) return []
    throw new LamparaError('file_unreadable', `Cannot read ${path}: it holds no light-client objects`)
  } catch (error) {
    // A name that promises an object must hold one.
    if (!named && format === undefined) return []
    return [{ file: path, error: LamparaError.from(error, 'file_unreadable', `Cannot read ${path}`) }]
  }
}

type Decoded = { readonly object: LightClientObject } | { readonly error: LamparaError }

function decode(chain: Chain, path: string, bytes: Uint8Array): Decoded[] {
  const format = formatOf(path) ?? (looksLikeJson(bytes) ? 'json' : 'ssz')
  if (format === 'json') return decodeJsonText(chain, bytes)
  return decodeSsz(chain, bytes, path).map((object) => ({ object }))
}

function formatOf(path: string): 'json' | 'ssz' | undefined {
  const extension = extname(path).toLowerCase()
  return extension === '.json' ? 'json' : extension === '.ssz' ? 'ssz' : undefined
}

function looksLikeJson(bytes: Uint8Array): boolean {
  const first = bytes.find((byte) => !' \t\r\n'.includes(String.fromCharCode(byte)))
  return first !== undefined && '{['.includes(String.fromCharCode(first))
}

/** Nothing is opened that could keep the reader waiting, as a pipe does, and nothing read beyond the bound. */
async function readBounded(path: string): Promise<Uint8Array> {
  const found = await stat(path)
  if (!found.isFile()) throw new LamparaError('file_unreadable', `Cannot read ${path}: it is not a file`)
  if (found.size > MAX_FILE_BYTES) {
    throw new LamparaError(
      'length_out_of_bounds',
      `Cannot read ${path}: ${found.size} bytes are more than ${MAX_FILE_BYTES}`,
    )
  }
  return readFile(path)
}
