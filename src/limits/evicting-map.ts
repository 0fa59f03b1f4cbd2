/** Things by key, made when first asked for, and forgotten when nothing is lost by it. */
export interface EvictingMap<Value> {
  /** What stands under the key, or is made for it. Undefined when there are as many as may be, and none can be forgotten. */
  get(key: string, create: () => Value): Value | undefined
  readonly size: number
}

export interface EvictingMapOptions<Value> {
  readonly maxSize: number
  isIdle(value: Value): boolean
}

/** Makes a {@link Keyed}. It sweeps when it is full, at most once for each eighth of its size that is asked for without success. */
export function createEvictingMap<Value>({ maxSize, isIdle }: EvictingMapOptions<Value>): EvictingMap<Value> {
  const values = new Map<string, Value>()
  let refusedSinceSweep = Number.POSITIVE_INFINITY

  function makeRoom(): void {
    refusedSinceSweep++
    if (values.size < maxSize || refusedSinceSweep < maxSize / 8) return
    refusedSinceSweep = 0
    for (const [key, value] of values) if (isIdle(value)) values.delete(key)
    if (values.size < maxSize) refusedSinceSweep = Number.POSITIVE_INFINITY
  }

  return {
    get(key, create) {
      const known = values.get(key)
      if (known !== undefined) return known
      makeRoom()
      if (values.size >= maxSize) return undefined
      const made = create()
      values.set(key, made)
      return made
    },
    get size() {
      return values.size
    },
  }
}
