#!/usr/bin/env node
import { unsupportedNode } from './node-version.ts'

const complaint = unsupportedNode(process.versions.node)
if (complaint === undefined) {
  // Imported late: on an older Node the rest would fail before it could say why.
  const { runProcess } = await import('./run-process.ts')
  await runProcess()
} else {
  console.error(complaint)
  process.exitCode = 2
}
