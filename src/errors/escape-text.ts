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
  return text.replace(UNSAFE, (character) => character.replace(/[\s\S]/g, escapeUnit))
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}
