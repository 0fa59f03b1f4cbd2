import { LamparaError } from '../../../errors/index.ts'

/** The most that common file systems take, less room for a temporary file's suffix. */
const MAX_NAME_LENGTH = 200

/**
 * A file name for a storage key: reversible, and the same on file systems that do not tell upper from lower case.
 * Lower-case letters, digits, `-` and `_` stand for themselves, every other byte becomes `%` and two hex digits.
 *
 * @throws LamparaError `invalid_argument` for an empty key, and one whose name grows beyond 200 characters
 */
export function fileNameOf(key: string): string {
  let name = ''
  for (const byte of new TextEncoder().encode(key)) {
    const character = String.fromCharCode(byte)
    name += /[a-z0-9_-]/.test(character) ? character : `%${byte.toString(16).padStart(2, '0')}`
  }
  if (name.length === 0 || name.length > MAX_NAME_LENGTH) {
    throw new LamparaError('invalid_argument', `Cannot use "${key}" as a storage key: it is empty or too long`)
  }
  return name
}
