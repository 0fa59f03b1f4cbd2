import { readReference } from './match-tests.ts'

/** A table of Markdown; a bar in a cell is text. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `|${cells.map((cell) => ` ${cell} `.replace(/^ {2}$/, ' ')).join('|')}|`
  return [
    line(head),
    `|${head.map(() => '---').join('|')}|`,
    ...rows.map((cells) => line(cells.map((cell) => cell.replaceAll('|', '\\|')))),
  ].join('\n')
}

/** Names of tests are text: nothing in them is markup. */
export function link(reference: string): string {
  const { file, name } = readReference(reference)
  const text = name.replaceAll(' > ', ' › ').replace(/[<>*_`[\]]/g, (character) => `&#${character.charCodeAt(0)};`)
  return `[${file.replace(/^test\//, '').replace(/\.test\.ts$/, '')}](../${file}): ${text}`
}
