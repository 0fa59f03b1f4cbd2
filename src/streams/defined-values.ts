/**
 * Leaves out what is undefined. Unlike a generator it can be left while it waits: `return()` then ends the wait, as the
 * source's own does.
 */
export function definedValues<T>(source: AsyncIterable<T | undefined>): AsyncIterable<T> {
  return {
    [Symbol.asyncIterator]() {
      const values = source[Symbol.asyncIterator]()
      let turn: Promise<unknown> = Promise.resolve()

      async function nextDefined(): Promise<IteratorResult<T, undefined>> {
        for (;;) {
          const { done, value } = await values.next()
          if (done) return { done, value: undefined }
          if (value !== undefined) return { done: false, value }
        }
      }

      return {
        next() {
          // One after the other: an undefined must not let a later caller overtake an earlier one.
          const next = turn.then(nextDefined, nextDefined)
          turn = next
          return next
        },
        async return() {
          await values.return?.()
          return { done: true, value: undefined }
        },
      }
    },
  }
}
