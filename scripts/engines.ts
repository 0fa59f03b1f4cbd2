// The step `engines` of `npm test`: says in which browser engines the tests of pages run, and which are left out, and why.
import { engines } from './support/engines.ts'

for (const { name, find, install } of engines) {
  const extent = name === 'chromium' ? 'in full' : 'a sample; in full by `npm run test:browsers`'
  console.log(find() === undefined ? `${name}: left out, since it is not installed. ${install}` : `${name}: ${extent}`)
}
