/** Bytes as `0x…`, lower case. */
export type Hex = `0x${string}`
