/** Masks an e-mail address or a phone number: enough to tell two people apart. */

/** `ada@example.com` as `a••@e••.com`, `+4930123456` as `+49••••56`. */
export function maskIdentifier(text: string): string {
  const at = text.lastIndexOf('@')
  if (at < 1) return text.length < 6 ? '••••' : `${text.slice(0, 3)}••••${text.slice(-2)}`
  const domain = text.slice(at + 1)
  const end = domain.lastIndexOf('.')
  return `${firstCharacter(text)}••@${firstCharacter(domain)}••${end < 0 ? '' : domain.slice(end)}`
}

/** By code point, so that characters beyond the BMP stay whole. */
const firstCharacter = (text: string): string => [...text].slice(0, 1).join('')
