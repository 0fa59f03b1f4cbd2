import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { Command } from '../../src/cli/commands.ts'
import { unsupportedNode } from '../../src/cli/node-version.ts'
import { runProgram } from '../../src/cli/program.ts'
import { LamparaError } from '../../src/errors/index.ts'
import { capturedIo } from '../kit/cli/captured-io.ts'

const command = (run: (argv: string[]) => Promise<number>): Command => ({
  summary: 'does something',
  load: async () => ({ run }),
})

const failing = (error: unknown): Record<string, Command> => ({ fail: command(() => Promise.reject(error)) })

describe('lampara', () => {
  it('lists its commands with --help', async () => {
    const io = capturedIo()
    expect(await runProgram(['--help'], io)).toBe(0)
    expect(io.out.join('\n')).toMatch(/^ {2}verify +check light-client files/m)
    expect(io.err).toEqual([])
  })

  it('prints the package’s version with --version', async () => {
    const io = capturedIo()
    expect(await runProgram(['--version'], io)).toBe(0)
    expect(io.out).toEqual([expect.stringMatching(/^\d+\.\d+\.\d+/)])
  })

  it('lists its commands on stderr and exits with 2 when none is named', async () => {
    const io = capturedIo()
    expect(await runProgram([], io)).toBe(2)
    expect(io.err.join('\n')).toContain('Usage: lampara COMMAND')
    expect(io.out).toEqual([])
  })

  it.each(['verfy', 'toString', '__proto__', '--frob', ''])(
    'says that there is no command "%s" and exits with 2',
    async (name) => {
      const io = capturedIo()
      expect(await runProgram([name], io)).toBe(2)
      expect(io.err).toEqual([`lampara: there is no command "${name}". Try: lampara --help`])
    },
  )

  it('hands a command what follows its name, and exits as it says', async () => {
    let seen: string[] = []
    const go = command(async (argv) => {
      seen = argv
      return 7
    })
    expect(await runProgram(['go', '--fast', 'x'], capturedIo(), { go })).toBe(7)
    expect(seen).toEqual(['--fast', 'x'])
  })

  it.each([
    ['a misunderstood argument', new LamparaError('invalid_argument', 'Cannot x'), 2, 'lampara fail: Cannot x'],
    ['a failure', new LamparaError('dial_failed', 'Cannot dial'), 1, 'lampara fail: Cannot dial'],
    ['a fault', new TypeError('x is not a function'), 1, 'lampara fail: x is not a function'],
  ])('reports %s in one line and exits with its status', async (_, error, status, words) => {
    const io = capturedIo()
    expect(await runProgram(['fail'], io, failing(error))).toBe(status)
    expect(io.err).toEqual([words])
  })

  it('ends quietly with 130 when it was interrupted', async () => {
    const io = capturedIo()
    io.abort.abort(new LamparaError('aborted', 'Stopped by SIGINT'))
    expect(await runProgram(['fail'], io, failing(io.signal.reason))).toBe(130)
    expect(io.err).toEqual([])
  })

  it('says in words that Node is too old, and leaves newer ones alone', () => {
    expect(unsupportedNode('20.19.5')).toMatch(/needs Node 22 or newer, and this is Node 20\.19\.5/)
    expect(unsupportedNode('9.0.0')).toBeDefined()
    expect(unsupportedNode('22.0.0')).toBeUndefined()
    expect(unsupportedNode('24.1.0')).toBeUndefined()
    expect(unsupportedNode('100.0.0')).toBeUndefined()
  })

  it('runs as a program of its own', async () => {
    const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
    const run = promisify(execFile)
    expect((await run(process.execPath, [main, '--help'])).stdout).toContain('Usage: lampara COMMAND')
    await expect(run(process.execPath, [main, 'verfy'])).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('there is no command "verfy"'),
    })
  })
})
