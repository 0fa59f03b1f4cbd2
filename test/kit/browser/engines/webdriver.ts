// W3C WebDriver, https://www.w3.org/TR/webdriver2/: the few commands that the tests need.

/** A browser that a WebDriver process holds. */
export interface WebDriverSession {
  readonly capabilities: { readonly browserName: string; readonly browserVersion: string }
  /** Goes to an address, and waits until the page has loaded. */
  goTo(url: string): Promise<void>
  /** Resizes the window, as far as the window manager lets it. */
  resize(width: number, height: number): Promise<void>
  /** Evaluates an expression in the page; resolves with the text that it is, or resolves with. @throws what it throws, in words */
  evaluate(expression: string): Promise<string>
  /** All that runs in the page runs in its first frame from now on, until the next page. */
  enterFrame(): Promise<void>
  /** What is to be seen, as PNG. */
  screenshot(): Promise<Uint8Array>
  /** Closes the browser. */
  end(): Promise<void>
}

type Outcome = { readonly value: string } | { readonly error: string }

const scriptOf = (expression: string): string => `
  const [done] = arguments
  Promise.resolve(${expression}).then((value) => done({ value: String(value) }), (error) => done({ error: String(error) }))`

const untilLoaded = `new Promise((resolve) => {
  if (document.readyState === 'complete') resolve()
  else addEventListener('load', resolve)
})`

/**
 * Starts a browser through a WebDriver process.
 *
 * @param driver - where it listens: `http://127.0.0.1:PORT`
 * @param capabilities - W3C capabilities that the browser must have
 */
export async function startSession(driver: string, capabilities: object): Promise<WebDriverSession> {
  const { sessionId, capabilities: got } = (await send(driver, 'POST', '/session', {
    capabilities: { alwaysMatch: capabilities },
  })) as { readonly sessionId: string; readonly capabilities: WebDriverSession['capabilities'] }
  const call = (method: string, path: string, body?: object) =>
    send(driver, method, `/session/${sessionId}${path}`, body)
  const evaluate = async (expression: string): Promise<string> => {
    const outcome = (await call('POST', '/execute/async', { script: scriptOf(expression), args: [] })) as Outcome
    if ('error' in outcome) throw new Error(outcome.error)
    return outcome.value
  }
  return {
    capabilities: got,
    async goTo(url) {
      await call('POST', '/url', { url })
      // WebKit's driver answers before modules have run.
      await evaluate(untilLoaded)
    },
    async resize(width, height) {
      await call('POST', '/window/rect', { width, height })
    },
    evaluate,
    async enterFrame() {
      await call('POST', '/frame', { id: 0 })
    },
    async screenshot() {
      return Buffer.from((await call('GET', '/screenshot')) as string, 'base64')
    },
    async end() {
      await call('DELETE', '')
    },
  }
}

/** Resolves when a WebDriver process takes sessions. @throws the signal's reason */
export async function untilReady(driver: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted()
    const ready = await send(driver, 'GET', '/status').then(
      (value) => (value as { readonly ready: boolean }).ready,
      () => false,
    )
    if (ready) return
    // It says nothing when it begins to listen.
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

async function send(driver: string, method: string, path: string, body?: object): Promise<unknown> {
  const response = await fetch(driver + path, { method, ...(body !== undefined && { body: JSON.stringify(body) }) })
  const { value } = (await response.json()) as { readonly value: unknown }
  if (response.ok) return value
  const { error, message } = value as { readonly error: string; readonly message: string }
  throw new Error(`Cannot ${method} ${path}: ${error}: ${message}`)
}
