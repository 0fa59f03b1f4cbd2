import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type Lockfile, missingFromLockfile } from '../../scripts/support/lockfile.ts'

describe.each([
  'package-lock.json',
  'test/interop/lodestar/package-lock.json',
  'test/interop/lodestar-modern/package-lock.json',
])('%s', (path) => {
  const text = readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

  it('names no registry, so that any mirror serves', () => {
    expect(text).not.toMatch(/"resolved": "(?!(scripts\/)?stand-ins\/)|https?:\/\/[^"]*\.tgz/)
  })

  it('is accepted by npm ci on every platform: it names the prebuilt packages of all (else: npm run lockfile)', () => {
    expect(missingFromLockfile(JSON.parse(text) as Lockfile)).toEqual({})
  })
})

it('a prebuilt package that the lockfile leaves out is told with its version and where it runs', () => {
  const packages = {
    'node_modules/tool': {
      version: '1.2.3',
      dev: true,
      optionalDependencies: {
        '@tool/linux-x64-musl': '1.2.3',
        '@tool/win32-arm64': '1.2.3',
        '@tool/darwin-x64': '1.2.3',
      },
    },
    'node_modules/@tool/darwin-x64': { version: '1.2.3' },
  }
  expect(missingFromLockfile({ packages })).toEqual({
    'node_modules/@tool/linux-x64-musl': {
      version: '1.2.3',
      dev: true,
      optional: true,
      os: ['linux'],
      cpu: ['x64'],
      libc: ['musl'],
    },
    'node_modules/@tool/win32-arm64': { version: '1.2.3', dev: true, optional: true, os: ['win32'], cpu: ['arm64'] },
  })
})
