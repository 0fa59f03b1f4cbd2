/** Filters out undefined; `return()` also ends a pending `next()`. */
export function filterDefined<T>(source: AsyncIterable<T | undefined>): AsyncIterable<T> {
  return {
    [Symbol.asyncIterator]() {
      const values = source[Symbol.asyncIterator]()
      let previous: Promise<unknown> = Promise.resolve()

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
          const next = previous.then(nextDefined, nextDefined)
          previous = next
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
