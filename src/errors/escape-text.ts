/**
 * Control characters, line and paragraph separators, what has no width or changes the direction of text, tags, and halves of
 * surrogate pairs.
 */
const UNSAFE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]|\p{Surrogate}/gu

/**
 * Writes characters that could steer a terminal, split a line or disguise text as `\uXXXX`. Whatever peers, providers and files say
 * goes through this before a terminal, a log or a page shows it.
 */
export function escapeText(text: string): string {
  return text.replace(UNSAFE, escapeUnits)
}

function escapeUnits(character: string): string {
  let escaped = ''
  for (let i = 0; i < character.length; i++) {
    escaped += `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`
  }
  return escaped
}
