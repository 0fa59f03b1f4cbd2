// `npm run bench -- [NAME] [--json]`: runs every bench beside this file, or those whose name begins with NAME.
import { readdir } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { type Figure, figureLine, type Report } from './support/figure.ts'

interface Bench {
  run(report: Report): Promise<void>
}

const { values, positionals } = parseArgs({ options: { json: { type: 'boolean' } }, allowPositionals: true })
const files = await readdir(import.meta.dirname)
const names = files.filter((file) => file.endsWith('.ts') && file !== 'main.ts').map((file) => file.slice(0, -3))
const wanted = names.filter((name) => positionals.length === 0 || positionals.some((start) => name.startsWith(start)))

const print: Report = (figure: Figure) => {
  const { name, value, unit, goal = null, better, samples } = figure
  console.log(values.json ? JSON.stringify({ name, value, unit, goal, better, samples }) : figureLine(figure))
}

if (wanted.length === 0) {
  console.error(`Cannot find the bench ${positionals.join(' ')}: there are ${names.join(', ')}`)
  process.exitCode = 2
}
for (const name of wanted) {
  try {
    const bench = (await import(`./${name}.ts`)) as Bench
    await bench.run(print)
  } catch (error) {
    console.error(`Cannot run the bench ${name}:`, error)
    process.exitCode = 1
  }
}
