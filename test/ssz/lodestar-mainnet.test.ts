import { mainnetPreset } from '../../src/chain/index.ts'
import { compareWithLodestar } from './support/lodestar-suite.ts'

compareWithLodestar(mainnetPreset)
