import { minimalPreset } from '../../src/chain/index.ts'
import { compareWithLodestar } from '../kit/ssz/lodestar-suite.ts'

compareWithLodestar(minimalPreset)
