/** Chains that the page knows by name; every other comes with a join document. */
export const namedChains = ['mainnet', 'sepolia', 'hoodi'] as const
export type NamedChain = (typeof namedChains)[number]

/** Where to join. */
export type Target =
  | { readonly kind: 'join'; readonly url: string }
  | { readonly kind: 'bootnode'; readonly address: string; readonly chain: NamedChain; readonly checkpoint: string }

/** What the form holds: always all of it, whichever kind is chosen. */
export interface TargetForm {
  readonly kind: Target['kind']
  readonly url: string
  readonly address: string
  readonly chain: NamedChain
  readonly checkpoint: string
}

/** A field that does not hold, and why, in words. */
export interface FieldProblem {
  readonly field: 'url' | 'address' | 'checkpoint'
  readonly words: string
}

const MAX_FIELD_LENGTH = 2048

export const emptyForm: TargetForm = { kind: 'join', url: '', address: '', chain: 'mainnet', checkpoint: '' }

/** The form as the address bar asks for it: `?join=URL`, or `?bootnode=…&chain=…&checkpoint=…`. */
export function formFromQuery(query: string): TargetForm {
  const parameters = new URLSearchParams(query)
  const read = (name: string): string => (parameters.get(name) ?? '').trim().slice(0, MAX_FIELD_LENGTH)
  const chain = read('chain')
  return {
    kind: read('join') === '' && read('bootnode') !== '' ? 'bootnode' : 'join',
    url: read('join'),
    address: read('bootnode'),
    chain: isNamedChain(chain) ? chain : 'mainnet',
    checkpoint: read('checkpoint'),
  }
}

/** The query that leads back to the same target, for the address bar. */
export function queryOf(target: Target): string {
  if (target.kind === 'join') return `?join=${legible(target.url)}`
  return `?bootnode=${legible(target.address)}&chain=${target.chain}&checkpoint=${target.checkpoint}`
}

/**
 * Checks the form.
 *
 * @param pageUrl - what a relative join document address is relative to
 */
export function targetFromForm(form: TargetForm, pageUrl: string): Target | FieldProblem {
  return form.kind === 'join' ? joinTarget(form.url.trim(), pageUrl) : bootnodeTarget(form)
}

/** True for a problem, false for a target. */
export function isFieldProblem(result: Target | FieldProblem): result is FieldProblem {
  return 'field' in result
}

/** Where a target leads, short enough for a line. */
export function targetName(target: Target): string {
  return target.kind === 'join' ? new URL(target.url).host : target.address.replace(/\/p2p\/[^/]+$/, '')
}

function joinTarget(text: string, pageUrl: string): Target | FieldProblem {
  if (text === '')
    return { field: 'url', words: 'Give the address of a join document, or of the bootnode that serves it.' }
  const url = parseUrl(text, pageUrl)
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    return {
      field: 'url',
      words: 'That is no web address. It looks like https://relay.example/.well-known/lampara.json.',
    }
  }
  return { kind: 'join', url: url.href }
}

function parseUrl(text: string, pageUrl: string): URL | undefined {
  const absolute = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) || text.startsWith('/')
  const candidate = absolute ? text : `https://${text}`
  return URL.canParse(candidate, pageUrl) ? new URL(candidate, pageUrl) : undefined
}

function bootnodeTarget(form: TargetForm): Target | FieldProblem {
  const address = form.address.trim()
  const checkpoint = form.checkpoint.trim().toLowerCase()
  if (!/^\/[a-z0-9]+\/.+\/p2p\/[A-Za-z0-9]+$/.test(address)) {
    return { field: 'address', words: 'That is no bootnode address. It ends with /p2p/ and the bootnode’s peer id.' }
  }
  if (!/\/(ws|wss|webtransport|webrtc-direct)(\/|$)/.test(address)) {
    return { field: 'address', words: 'A browser cannot dial that. It needs a WebSocket address: …/tls/ws/p2p/….' }
  }
  if (!/^0x[0-9a-f]{64}$/.test(checkpoint)) {
    return { field: 'checkpoint', words: 'A checkpoint is a block root: 0x and 64 hexadecimal digits.' }
  }
  return { kind: 'bootnode', address, chain: form.chain, checkpoint }
}

function isNamedChain(name: string): name is NamedChain {
  return (namedChains as readonly string[]).includes(name)
}

/** Percent-encodes what must be; slashes and colons stay, since people read the address bar. */
function legible(value: string): string {
  return encodeURIComponent(value).replaceAll('%2F', '/').replaceAll('%3A', ':')
}
