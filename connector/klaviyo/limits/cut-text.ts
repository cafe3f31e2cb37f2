/** Cuts a text to a number of bytes, between two characters as people see them. */

/** Ends a text that was cut. */
export const CUT_MARK = '… [cut]'

/** UTF-16 code units of one visible character that a cut may cost: a text of endless accents is cut within. */
const LONGEST_CHARACTER = 64

const characters = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** At most `maxBytes` of UTF-8 with the mark, for a text of more. Shorter than the mark: no mark. */
export function cutText(text: string, maxBytes: number): string {
  const mark = Buffer.byteLength(CUT_MARK) <= maxBytes ? CUT_MARK : ''
  const room = new Uint8Array(maxBytes - Buffer.byteLength(mark))
  // `encodeInto` stops before a character that has no room, so it splits no surrogate pair.
  const end = new TextEncoder().encodeInto(text, room).read
  return text.slice(0, startOfCharacter(text, end)) + mark
}

/** The start of the visible character at `end`. */
function startOfCharacter(text: string, end: number): number {
  // A window: the segmenter's cost grows with the text. Its first characters may be torn, so it begins well before.
  const from = Math.max(0, end - 4 * LONGEST_CHARACTER)
  const start = characters.segment(text.slice(from, end + LONGEST_CHARACTER)).containing(end - from)?.index
  return start === undefined || end - (from + start) > LONGEST_CHARACTER ? end : from + start
}
