/** Lets `await using` end what has a `stop()`, where the symbol for it exists: Safari lacks it, so `stop()` is the way everywhere. */
export function attachAsyncDispose<T extends { stop(): Promise<void> }>(running: T): T {
  return Symbol.asyncDispose === undefined ? running : Object.assign(running, { [Symbol.asyncDispose]: running.stop })
}
