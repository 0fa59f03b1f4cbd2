const OLDEST_MAJOR = 22

/**
 * What to tell someone whose Node is too old; undefined when it is not.
 *
 * @param version - as `process.versions.node` has it
 */
export function unsupportedNode(version: string): string | undefined {
  if (Number.parseInt(version, 10) >= OLDEST_MAJOR) return undefined
  return `lampara needs Node ${OLDEST_MAJOR} or newer, and this is Node ${version}: see https://nodejs.org`
}
