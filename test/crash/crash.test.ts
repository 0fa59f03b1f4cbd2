// `lampara bootnode` and `lampara follow` with --data-dir, killed at random moments, and with damaged files.
// `npm run test:crash -- N` kills each N times (200) and damages each file in turn; `npm test` kills a bootnode once.
import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDevnet, type Devnet } from '../../src/devnet/index.ts'
import { type CliProcess, startCli } from '../kit/cli/cli-process.ts'
import { seededRandom } from '../kit/seeded-random.ts'

const KILLS = Number(process.env.LAMPARA_CRASH_KILLS ?? 1)
const isWhole = process.env.LAMPARA_CRASH_KILLS !== undefined
/** Within so long after its start a process opens its storage, and writes to it several times. */
const MOMENTS_MS = 4_000

const damages: Readonly<Record<string, (path: string) => Promise<void>>> = {
  'cut to nothing': (path) => truncate(path, 0),
  'cut in half': async (path) => truncate(path, (await stat(path)).size >> 1),
  'overwritten with junk': (path) => writeFile(path, new Uint8Array(300).fill(0xa5)),
  async 'changed in one bit'(path) {
    const bytes = await readFile(path)
    if (bytes.length > 0) bytes[bytes.length >> 1]! ^= 1
    await writeFile(path, bytes)
  },
}

describe.each(isWhole ? ['bootnode', 'follow'] : ['bootnode'])(
  'lampara %s with --data-dir',
  { timeout: isWhole ? 3_600_000 : 180_000 },
  (name) => {
    let devnet: Devnet
    let folder: string
    beforeAll(async () => {
      devnet = await createDevnet({ preset: 'minimal', slotDurationMs: 1_000, forks: { electra: 0 } })
      folder = await mkdtemp(join(tmpdir(), 'lampara-crash-'))
    })
    afterAll(async () => {
      await devnet?.stop()
      await rm(folder, { recursive: true, force: true })
    })

    const start = (): CliProcess => startCli([name, '--join', devnet.restUrl, '--data-dir', folder, '--json'])

    /** Starts it once more, and lets it end by itself once it follows. @returns the files that it leaves */
    async function expectItFollows(): Promise<readonly string[]> {
      const process = start()
      try {
        await process.line(({ state }) => state === 'following')
        process.signal('SIGTERM')
        const { code } = await process.ended
        expect([0, 130, 143]).toContain(code)
      } finally {
        await process.kill()
      }
      const entries = await readdir(folder, { recursive: true, withFileTypes: true })
      const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
      expect(files.filter((file) => file.endsWith('.tmp') || file.includes('lock'))).toEqual([])
      return files
    }

    async function killAtRandom(random: () => number): Promise<void> {
      const process = start()
      await Promise.race([wait(random() * MOMENTS_MS), process.ended])
      await process.kill()
      expect(await process.ended).toEqual({ code: null, signal: 'SIGKILL' })
    }

    it('starts again after it was killed at random moments, and with damaged files, and leaves nothing behind', async () => {
      const random = seededRandom(Date.now() & 0xffff)
      for (let i = 0; i < KILLS; i++) await killAtRandom(random)
      const files = await expectItFollows()
      expect(files.length).toBeGreaterThan(0)
      const kinds = Object.values(damages)
      if (isWhole) {
        for (const damage of kinds) {
          for (const file of files) {
            await damage(file).catch(() => {})
            await expectItFollows()
          }
        }
      } else for (const [index, file] of files.entries()) await kinds[index % kinds.length]!(file)
      await expectItFollows()
    })
  },
)
