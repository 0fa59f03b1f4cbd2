/** A browser other than Chromium, started with an empty profile: no more than what the tests of all engines need. */
export interface EngineBrowser {
  /** As it names itself: `Firefox 153.7.0`. */
  readonly version: string
  /**
   * Opens a page and waits until it has loaded. One page at a time.
   *
   * @param size - of the page in CSS pixels. @default what the browser likes
   */
  open(url: string, size?: PageSize): Promise<EnginePage>
  /** Ends the browser and whatever it needed. */
  close(): Promise<void>
}

export interface PageSize {
  readonly width: number
  readonly height: number
}

/** A page that notes what goes wrong on it from the start. */
export interface EnginePage {
  /** Runs a function in the page; it, what it is given and what it gives cross over as text, so it sees nothing of here. */
  evaluate<A, R>(run: (given: A) => R | Promise<R>, given: A): Promise<R>
  /** Errors on the console, uncaught exceptions and failed requests so far, in words. */
  errors(): Promise<readonly string[]>
  /** What is to be seen, as PNG. */
  screenshot(): Promise<Uint8Array>
  /** Leaves the page, which ends all that runs on it. */
  close(): Promise<void>
}

/**
 * The text to evaluate for `run(given)`, whose result crosses over as JSON: what WebDriver BiDi makes of an object that
 * occurs twice in another is lost in puppeteer.
 */
export function expressionOf(run: (given: never) => unknown, given: unknown): string {
  return `Promise.resolve(${JSON.stringify(given)}).then(${run}).then((value) => JSON.stringify(value ?? null))`
}
