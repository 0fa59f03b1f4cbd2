import { findFirefox } from '../../../scripts/find-firefox.mjs'
import { launchFirefox } from '../support/engines/firefox.ts'
import { testEngine } from '../support/engines/suite.ts'

testEngine({ name: 'firefox', installed: findFirefox() !== undefined, launch: launchFirefox })
