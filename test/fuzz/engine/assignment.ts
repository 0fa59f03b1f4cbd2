/** What a thread is told. */
export interface Assignment {
  readonly name: string
  readonly inputs: number
  readonly seed: number
  /** The one input to run, instead of a campaign. */
  readonly only?: Uint8Array
  /** Number of inputs begun, then the length of the one under way, then its bytes. */
  readonly window: SharedArrayBuffer
}

/** Bytes of the window before the input's. */
export const WINDOW_HEAD_BYTES = 8
