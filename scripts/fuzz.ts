// `npm run test:fuzz [-- TARGET… --inputs N --seed S --input FILE --list]`: attacks every decoder, two at a time. `npm test` does
// the same with a few thousand inputs each.
import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { type Attack, attack } from '../test/fuzz/attack.ts'
import { table } from '../test/fuzz/table.ts'
import { targets } from '../test/fuzz/targets.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    inputs: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '20260101' },
    input: { type: 'string' },
    list: { type: 'boolean', default: false },
  },
})
const unknown = positionals.filter((name) => !Object.hasOwn(targets, name))
const names = positionals.length > 0 ? positionals : Object.keys(targets)
const inputs = Number(values.inputs)
const seed = Number(values.seed)

if (unknown.length > 0 || values.list || !Number.isSafeInteger(inputs) || !Number.isSafeInteger(seed)) {
  if (unknown.length > 0) console.log(`There is no target ${unknown.join(', ')}. There are:`)
  console.log(Object.keys(targets).join('\n'))
  process.exitCode = values.list ? 0 : 2
} else {
  console.log(`${names.length} decoders, ${inputs} inputs each, --seed ${seed}`)
  const only = values.input === undefined ? undefined : new Uint8Array(await readFile(values.input))
  const waiting = [...names]
  const attacks: Attack[] = []
  console.log(table.head)
  async function work(): Promise<void> {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const done = await attack(name, { inputs, seed, only })
      attacks.push(done)
      console.log(table.row(done))
    }
  }
  await Promise.all([work(), work()])
  const failed = attacks.filter(({ problems }) => problems.length > 0)
  for (const { name, problems } of failed) console.log(`\nFAILED  ${name}\n${problems.join('\n')}`)
  console.log(`\n${attacks.length - failed.length} decoders held, ${failed.length} did not`)
  process.exitCode = failed.length > 0 ? 1 : 0
}
