import { buildPackage } from './support/package.ts'

await buildPackage()
