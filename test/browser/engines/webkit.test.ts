import { findWebKit } from '../../../scripts/find-webkit.mjs'
import { testEngine } from '../support/engines/suite.ts'
import { launchWebKit } from '../support/engines/webkit.ts'

// Its BigInt, on which BLS rests here, is several times slower than that of others.
testEngine({
  name: 'webkit',
  installed: findWebKit() !== undefined,
  launch: launchWebKit,
  pagesNoteErrors: true,
  slotDurationMs: 1000,
})
