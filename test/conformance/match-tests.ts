const PLACEHOLDER = /%[sdifjoOc#$%]|\$\{[^}]*\}|\$[\w.]+/g

/** True when the name of a test that ran, or of one that is named, can have come from the name in the source. */
export function canBe(source: string, name: string): boolean {
  return source === name || patternOf(source).test(name)
}

function patternOf(source: string): RegExp {
  const between = source.split(PLACEHOLDER).map((text) => text.replace(/[.*+?^{}()|[\]\\$/-]/g, '\\$&'))
  return new RegExp(`^${between.join('.*')}$`, 's')
}

/** A test as a rule names it, taken apart. */
export interface TestReference {
  readonly file: string
  readonly name: string
}

/** Takes `file > suite > test` apart. */
export function readReference(reference: string): TestReference {
  const at = reference.indexOf(' > ')
  return { file: reference.slice(0, at), name: reference.slice(at + 3) }
}
