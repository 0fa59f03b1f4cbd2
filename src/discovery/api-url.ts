import { LamparaError } from '../errors/index.ts'

/**
 * A path below the base URL of an HTTP API. A query of the base stays: some providers take their key there.
 *
 * @throws LamparaError `address_invalid` when the base is no http or https URL; the message shows no secret of it
 */
export function apiUrl(base: string, path: string): URL {
  const url = readUrl(base)
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/${path}`
  url.hash = ''
  return url
}

function readUrl(base: string): URL {
  let url: URL
  try {
    url = new URL(base.trim())
  } catch {
    throw new LamparaError('address_invalid', `Cannot use Beacon API address "${shownUrl(base)}": it is no URL`)
  }
  if (url.protocol === 'https:' || url.protocol === 'http:') return url
  throw new LamparaError(
    'address_invalid',
    `Cannot use Beacon API address "${shownUrl(base)}": it is neither http nor https`,
  )
}

/** A URL as errors and logs may show it: without user, password and the values of its query. */
export function shownUrl(url: string | URL): string {
  const [start = '', query] = String(url).trim().split(/[?#]/, 2)
  return `${start.replace(/^([^/]*\/\/)?[^/]*@/, '$1')}${query === undefined ? '' : '?…'}`
}

/** A URL as `fetch` takes it, which refuses one with a password, and the header that says what it said. */
export function withoutCredentials(url: string | URL): { readonly url: URL; readonly authorization?: string } {
  const bare = new URL(url)
  if (bare.username === '' && bare.password === '') return { url: bare }
  const bytes = new TextEncoder().encode(`${decoded(bare.username)}:${decoded(bare.password)}`)
  bare.username = ''
  bare.password = ''
  return { url: bare, authorization: `Basic ${btoa(String.fromCharCode(...bytes))}` }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
