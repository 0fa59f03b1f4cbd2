import ts from 'typescript'

/**
 * The names of the tests in a file's text, each with those of the suites around it: `suite > test`. Read from the syntax, so that
 * nothing is run. A test that is skipped whatever happens, or still to be written, is none.
 */
export function collectTests(text: string): string[] {
  const names: string[] = []
  function walk(node: ts.Node, suites: readonly string[]): void {
    const call = ts.isCallExpression(node) ? readCall(node) : undefined
    if (call?.skipped) return
    if (call === undefined) ts.forEachChild(node, (child) => walk(child, suites))
    else if (call.kind === 'test') names.push([...suites, call.name].join(' > '))
    else for (const argument of call.body) walk(argument, [...suites, call.name])
  }
  walk(ts.createSourceFile('tests.ts', text, ts.ScriptTarget.Latest, true), [])
  return names
}

interface TestCall {
  readonly kind: 'suite' | 'test'
  readonly name: string
  readonly skipped: boolean
  readonly body: readonly ts.Node[]
}

/** `describe(…)`, `it(…)`, `it.each(…)(…)`, `describe.skipIf(…).each(…)(…)` and the like. */
function readCall(call: ts.CallExpression): TestCall | undefined {
  const [root, ...modifiers] = chainOf(call.expression)
  const [title, ...body] = call.arguments
  if (title === undefined || (root !== 'describe' && root !== 'it' && root !== 'test')) return undefined
  // `it.each(table)` by itself is half a call: the name comes with the next one.
  const { parent } = call
  if ((ts.isCallExpression(parent) || ts.isPropertyAccessExpression(parent)) && parent.expression === call) {
    return undefined
  }
  const skipped = modifiers.some((name) => name === 'skip' || name === 'todo') || body.some(saysSkip)
  return { kind: root === 'describe' ? 'suite' : 'test', name: nameOf(title), skipped, body }
}

/** The names of a chain: `it.skipIf(…).each` gives `it`, `skipIf`, `each`. */
function chainOf(expression: ts.Expression): string[] {
  if (ts.isIdentifier(expression)) return [expression.text]
  if (ts.isCallExpression(expression)) return chainOf(expression.expression)
  if (ts.isPropertyAccessExpression(expression)) return [...chainOf(expression.expression), expression.name.text]
  return []
}

/** A name as written; what is put in while the file runs is `${}`. */
function nameOf(title: ts.Node): string {
  if (ts.isStringLiteralLike(title)) return title.text
  if (!ts.isTemplateExpression(title)) return PUT_IN
  return title.head.text + title.templateSpans.map(({ literal }) => PUT_IN + literal.text).join('')
}

const PUT_IN = '$' + '{}'

/** Options that say `skip: true` or `todo: true`. */
function saysSkip(argument: ts.Node): boolean {
  return (
    ts.isObjectLiteralExpression(argument) &&
    argument.properties.some(
      (property) =>
        ts.isPropertyAssignment(property) &&
        /^(skip|todo)$/.test(property.name.getText()) &&
        property.initializer.kind === ts.SyntaxKind.TrueKeyword,
    )
  )
}
