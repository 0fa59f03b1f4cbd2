import { open } from 'node:fs/promises'

/**
 * Reads a text file of bounded size. A file may grow while it is read, or never end: no more than the bound is kept.
 *
 * @throws Error where it cannot be read, or is larger
 */
export async function readUpTo(file: string, maxBytes: number): Promise<string> {
  const handle = await open(file)
  try {
    const bytes = Buffer.alloc(maxBytes + 1)
    let length = 0
    for (;;) {
      const { bytesRead } = await handle.read(bytes, length, bytes.length - length)
      length += bytesRead
      if (length > maxBytes) throw new Error(`it has more than ${maxBytes} bytes`)
      if (bytesRead === 0) return bytes.toString('utf8', 0, length)
    }
  } finally {
    await handle.close()
  }
}
