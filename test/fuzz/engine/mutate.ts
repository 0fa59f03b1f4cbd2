import type { Mutator } from './target.ts'

const interesting = [0, 1, 2, 3, 4, 8, 16, 0x20, 0x40, 0x7f, 0x80, 0xfe, 0xff]
const lengths = [
  0, 1, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0xffff, 0x1_0000, 0xff_ffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff,
]

/** A whole number below `bound`. */
export function below(random: () => number, bound: number): number {
  return Math.floor(random() * bound)
}

/** One of a list. */
export function pick<T>(random: () => number, list: readonly T[]): T {
  return list[below(random, list.length)]!
}

/** Bytes with a stretch of others in place of `[from, to)`. */
export function spliced(bytes: Uint8Array, from: number, to: number, piece: Uint8Array): Uint8Array {
  const made = new Uint8Array(from + piece.length + bytes.length - to)
  made.set(bytes.subarray(0, from))
  made.set(piece, from)
  made.set(bytes.subarray(to), from + piece.length)
  return made
}

function stretch(random: () => number, bytes: Uint8Array): { from: number; to: number } {
  const from = below(random, bytes.length + 1)
  const most = random() < 0.7 ? 16 : bytes.length
  return { from, to: Math.min(bytes.length, from + below(random, most + 1)) }
}

function randomBytes(random: () => number, most: number): Uint8Array {
  return Uint8Array.from({ length: 1 + below(random, most) }, () => below(random, 256))
}

/** Overwrites up to eight bytes with a number in either order, such as a length or an offset could stand there. */
function overwriteNumber(bytes: Uint8Array, random: () => number): Uint8Array {
  const made = bytes.slice()
  const size = pick(random, [1, 2, 3, 4, 8])
  if (made.length < size) return made
  const near = random() < 0.4 ? made.length + below(random, 9) - 4 : pick(random, lengths)
  const at = below(random, made.length - size + 1)
  const isLittle = random() < 0.7
  for (let i = 0; i < size; i++) {
    made[at + (isLittle ? i : size - 1 - i)] = i < 4 ? near >>> (8 * i) : random() < 0.1 ? 0xff : 0
  }
  return made
}

const plain: readonly Mutator[] = [
  (bytes, random) => {
    const made = bytes.slice()
    if (made.length > 0) made[below(random, made.length)]! ^= 1 << below(random, 8)
    return made
  },
  (bytes, random) => {
    const made = bytes.slice()
    if (made.length > 0)
      made[below(random, made.length)] = random() < 0.5 ? pick(random, interesting) : below(random, 256)
    return made
  },
  (bytes, random) => {
    const made = bytes.slice()
    if (made.length > 0) made[below(random, made.length)]! += pick(random, [1, -1, 4, -4])
    return made
  },
  overwriteNumber,
  overwriteNumber,
  (bytes, random) => bytes.slice(0, below(random, bytes.length + 1)),
  (bytes, random) => bytes.slice(0, Math.max(0, bytes.length - 1 - below(random, 4))),
  (bytes, random) => {
    const { from, to } = stretch(random, bytes)
    return spliced(bytes, from, to, new Uint8Array(0))
  },
  (bytes, random) => {
    const { from, to } = stretch(random, bytes)
    return spliced(bytes, to, to, bytes.subarray(from, to))
  },
  (bytes, random) => {
    const at = below(random, bytes.length + 1)
    return spliced(bytes, at, at, randomBytes(random, 8))
  },
  (bytes, random) => spliced(bytes, bytes.length, bytes.length, randomBytes(random, 4)),
  (bytes, random, partner) => {
    const taken = stretch(random, partner)
    const replaced = stretch(random, bytes)
    return spliced(bytes, replaced.from, replaced.to, partner.subarray(taken.from, taken.to))
  },
  (bytes, random, partner) => {
    const cut = below(random, Math.min(bytes.length, partner.length) + 1)
    return spliced(bytes, cut, bytes.length, partner.subarray(cut))
  },
]

/** Puts words of the format at random places. */
function tokenMutator(tokens: readonly string[]): Mutator {
  const encoded = tokens.map((token) => new TextEncoder().encode(token))
  return (bytes, random) => {
    const { from, to } = stretch(random, bytes)
    return spliced(bytes, from, random() < 0.5 ? from : to, pick(random, encoded))
  }
}

/** The changes to choose from for a format: those that know nothing of it, and its own. */
export function createMutator(own: readonly Mutator[] = [], tokens: readonly string[] = []): Mutator {
  const special = tokens.length > 0 ? [...own, tokenMutator(tokens)] : own
  return (input, random, partner) => {
    let made = input
    // Mostly one or two changes: more, and little of the format is left.
    do {
      const choice = special.length > 0 && random() < 0.5 ? special : plain
      made = pick(random, choice)(made, random, partner)
    } while (random() < 0.4)
    return made
  }
}
