import ts from 'typescript'

/** One code as src/errors/codes.ts documents it. */
export interface DocumentedCode {
  readonly code: string
  /** First paragraph of its doc: what happened. */
  readonly meaning: string
  /** Second paragraph: what to do. */
  readonly advice: string
  /** Names of the facts in `details`. */
  readonly details: readonly string[]
}

/** Codes that belong together, under the comment that heads them. */
export interface CodeGroup {
  readonly title: string
  readonly codes: readonly DocumentedCode[]
}

/** Reads the members of the interface `ErrorDetails`, with their docs. */
export function readCodes(source: string): CodeGroup[] {
  const file = ts.createSourceFile('codes.ts', source, ts.ScriptTarget.Latest, true)
  const shapes = new Map<string, readonly string[]>()
  const groups: { title: string; codes: DocumentedCode[] }[] = []
  for (const statement of file.statements) {
    if (!ts.isInterfaceDeclaration(statement)) continue
    if (statement.name.text !== 'ErrorDetails') shapes.set(statement.name.text, namesOf(statement.members, file))
    else {
      for (const member of statement.members.filter(ts.isPropertySignature)) {
        const title = /^\s*\/\/ (.+)$/m.exec(member.getFullText(file))?.[1]
        if (title !== undefined) groups.push({ title, codes: [] })
        const [meaning = '', advice = ''] = paragraphsOf(member)
        const details = member.type === undefined ? [] : detailNames(member.type, shapes, file)
        groups.at(-1)?.codes.push({ code: member.name.getText(file), meaning, advice, details })
      }
    }
  }
  return groups
}

function paragraphsOf(member: ts.PropertySignature): string[] {
  const doc = ts.getJSDocCommentsAndTags(member).at(-1)?.comment
  const text = typeof doc === 'string' ? doc : (ts.getTextOfJSDocComment(doc) ?? '')
  return text.split(/\n\s*\n/).map((paragraph) => paragraph.replaceAll(/\s*\n\s*/g, ' ').trim())
}

function namesOf(members: ts.NodeArray<ts.TypeElement>, file: ts.SourceFile): string[] {
  return members.filter(ts.isPropertySignature).map(({ name }) => name.getText(file))
}

function detailNames(type: ts.TypeNode, shapes: ReadonlyMap<string, readonly string[]>, file: ts.SourceFile): string[] {
  if (ts.isTypeLiteralNode(type)) return namesOf(type.members, file)
  if (ts.isIntersectionTypeNode(type)) return type.types.flatMap((part) => detailNames(part, shapes, file))
  return [...(shapes.get(type.getText(file)) ?? [])]
}

/** docs/errors.md. */
export function errorPage(groups: readonly CodeGroup[]): string {
  const intro = `# Error codes

Everything this package throws is a \`LamparaError\`: branch on \`code\`, show \`message\`. The message names the failed action and ends
with the code in brackets. \`isLamparaError(error, code)\` narrows \`details\` to the facts of that code; a fact may be missing where
none is listed as certain by its type.

\`\`\`ts
import { isLamparaError } from 'lampara'

try {
  await client.ready({ signal: AbortSignal.timeout(20_000) })
} catch (error) {
  if (isLamparaError(error, 'checkpoint_too_old')) console.log(\`\${error.details.ageMs / 86_400_000} days old\`)
  else throw error
}
\`\`\`

This page is made from [src/errors/codes.ts](../src/errors/codes.ts) by \`npm run conformance\`.
`
  const sections = groups.map(({ title, codes }) => {
    const rows = codes.map(({ code, meaning, advice, details }) => {
      const facts = details.map((name) => `\`${name}\``).join(', ')
      return `| \`${code}\` | ${meaning} | ${advice} | ${facts} |`
    })
    return [`## ${title}`, '', '| code | meaning | what to do | details |', '|---|---|---|---|', ...rows].join('\n')
  })
  return `${[intro.trimEnd(), ...sections].join('\n\n')}\n`
}
