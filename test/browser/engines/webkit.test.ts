import { findWebKit } from '../../../scripts/find-webkit.mjs'
import { testEngine } from '../../kit/browser/engines/suite.ts'
import { launchWebKit } from '../../kit/browser/engines/webkit.ts'

// Its BigInt, on which BLS rests here, is several times slower than that of others.
testEngine({
  name: 'webkit',
  installed: findWebKit() !== undefined,
  launch: launchWebKit,
  pagesNoteErrors: true,
  slotDurationMs: 1000,
})
