/** Removes what input methods, phones and copied web pages leave in a text and no reader can see. */

/**
 * Zero-width and bidirectional controls, soft hyphens and byte order marks: a number copied from an address book stands
 * between U+202A and U+202C. The joiners U+200C and U+200D stay, since domains of some scripts need them.
 */
const INVISIBLE = /[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]/g

/** The text without invisible characters, full-width letters, digits and punctuation as ASCII. */
export function toVisibleText(text: string): string {
  return text
    .replace(INVISIBLE, '')
    .replace(/[\uff01-\uff5e]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0))
    .replace(/[\u3002\uff61]/g, '.')
}
