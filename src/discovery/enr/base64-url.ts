/** Bytes as base64url without padding (RFC 4648, section 5). */
export function encodeBase64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}

/** The bytes of base64url without padding. @throws RangeError for other characters, and for what is not its shortest form */
export function decodeBase64Url(text: string): Uint8Array {
  const bad = /[^A-Za-z0-9_-]/u.exec(text)?.[0]
  if (bad !== undefined) throw new RangeError(`it is not a base64url: it has the character ${JSON.stringify(bad)}`)
  if (text.length % 4 === 1) throw new RangeError('it is not a base64url: its length is none')
  const bytes = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0))
  if (encodeBase64Url(bytes) !== text) throw new RangeError('its last character has bits to spare')
  return bytes
}
