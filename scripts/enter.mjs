// Every program of the repository starts here: `node scripts/enter.mjs PROGRAM …`. An older Node would answer a
// TypeScript file with a riddle; this answers with words.
import { pathToFileURL } from 'node:url'

const needed = 24
const [node = '', , program = '', ...args] = process.argv

if (Number(process.versions.node.split('.')[0]) < needed) {
  process.stderr.write(
    `lampara: this needs Node ${needed}, and Node ${process.versions.node} is running. Start it through npm (npm start, ` +
      'npm test, npm run …), which installs the Node of the package "node" and puts it first on the path.\n',
  )
  process.exit(1)
}
process.argv = [node, program, ...args]
await import('./support/source.mjs')
await import('./support/source.mjs')
await import(pathToFileURL(program).href)
