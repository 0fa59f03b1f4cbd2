import { describe, expect, it } from 'vitest'
import { mainnet, systemClock } from '../../src/index.ts'
import { readCheckpoint } from '../../src/light-client/sync/checkpoint.ts'
import type { Checkpoint } from '../../src/light-client/types.ts'

const root = `0x${'Ab'.repeat(32)}`

describe('a checkpoint given as a root', () => {
  it.each(['hello', '', '0x', `0x${'ab'.repeat(31)}`, `0x${'ab'.repeat(33)}`, 'ab'.repeat(32), `0x${'zz'.repeat(32)}`])(
    'that is %j is refused: the error names the option and says what a root looks like',
    (checkpoint) => {
      expect(() => readCheckpoint(checkpoint as Checkpoint)).toThrow(
        expect.objectContaining({
          code: 'invalid_argument',
          message: expect.stringMatching(/^Cannot read the option checkpoint ".*": .*0x and 64 hexadecimal digits/),
        }),
      )
    },
  )

  it('that is very long is not repeated whole', () => {
    expect(() => readCheckpoint('x'.repeat(10_000) as Checkpoint)).toThrow(/^.{1,300}$/)
  })

  it.each([root, `${root}\n`, `  ${root} `])('that is %j is taken, in lower case', async (checkpoint) => {
    const resolve = readCheckpoint(checkpoint as Checkpoint)
    expect(await resolve(mainnet, { clock: systemClock })).toBe(root.toLowerCase())
  })
})
