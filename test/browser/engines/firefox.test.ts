import { findFirefox } from '../../../scripts/find-firefox.mjs'
import { launchFirefox } from '../../kit/browser/engines/firefox.ts'
import { testEngine } from '../../kit/browser/engines/suite.ts'

testEngine({ name: 'firefox', installed: findFirefox() !== undefined, launch: launchFirefox })
