import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { fromHex, toHex } from '../../chain/index.ts'
import { messageOf } from '../../errors/index.ts'
import { usageError } from '../options/usage.ts'

const KEY_BYTES = 32

/**
 * Reads a private key, or makes one where there is no such file.
 *
 * @returns the key, and whether it was made
 * @throws LamparaError `invalid_argument` when the file holds none or cannot be read or written
 */
export async function readPrivateKey(file: string): Promise<{ readonly key: Uint8Array; readonly made: boolean }> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw usageError('enr', `--key "${file}" cannot be read: ${messageOf(error)}`)
  })
  if (text === undefined) return { key: await makeKey(file), made: true }
  const digits = text.trim()
  try {
    return { key: fromHex(digits.startsWith('0x') ? digits : `0x${digits}`, KEY_BYTES), made: false }
  } catch {
    throw usageError('enr', `--key "${file}" does not hold 64 hex digits`)
  }
}

async function makeKey(file: string): Promise<Uint8Array> {
  const key = new Uint8Array(randomBytes(KEY_BYTES))
  try {
    await writeFile(file, `${toHex(key)}\n`, { mode: 0o600, flag: 'wx' })
  } catch (error) {
    throw usageError('enr', `--key "${file}" cannot be written: ${messageOf(error)}`)
  }
  return key
}
