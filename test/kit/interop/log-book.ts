import type { ChildProcessByStdio } from 'node:child_process'
import { EventEmitter, on } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'

/** What a process said so far, and what it says next. */
export interface LogBook {
  /** The first line that matches, among those said already or to come. @throws the signal's reason; Error when the process ends first */
  line(pattern: RegExp, options: { readonly signal: AbortSignal }): Promise<string>
  /** Every line so far that matches. */
  matching(pattern: RegExp): readonly string[]
  /** The last lines, as text. */
  last(count: number): string
}

/** Reads both streams of a process to their ends. */
export function readLog(child: ChildProcessByStdio<Writable, Readable, Readable>): LogBook {
  const lines: string[] = []
  const told = new EventEmitter()
  for (const stream of [child.stdout, child.stderr]) {
    createInterface(stream).on('line', (line) => {
      lines.push(line)
      told.emit('line', line)
    })
  }
  let over = false
  child.once('close', () => {
    over = true
    told.emit('end')
  })
  return {
    async line(pattern, { signal }) {
      const said = lines.find((line) => pattern.test(line))
      if (said !== undefined) return said
      if (!over) {
        for await (const [line] of on(told, 'line', { signal, close: ['end'] })) if (pattern.test(line)) return line
      }
      throw new Error(`It ended without saying ${pattern}`)
    },
    matching: (pattern) => lines.filter((line) => pattern.test(line)),
    last: (count) => lines.slice(-count).join('\n'),
  }
}
