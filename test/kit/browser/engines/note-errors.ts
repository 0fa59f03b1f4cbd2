/**
 * Puts a script at the head of a page that notes in `notedErrors` what goes wrong on it: for browsers whose driver does
 * not tell. What the browser itself writes to the console, such as a refused WebSocket, is not among it.
 */
export function notingErrors(html: string): string {
  const script = `
    globalThis.notedErrors = []
    const note = (words) => globalThis.notedErrors.push(words)
    const error = console.error
    console.error = (...words) => { note('console: ' + words.join(' ')); error.apply(console, words) }
    addEventListener('error', ({ message, target }) => note(message === undefined ? 'request: ' + (target.src ?? target.href) : 'uncaught: ' + message), true)
    addEventListener('unhandledrejection', ({ reason }) => note('uncaught: ' + reason))`
  return html.replace('<head>', `<head><script>{${script}}</script>`)
}
