import { packPackage } from './support/package.ts'

console.log(await packPackage())
