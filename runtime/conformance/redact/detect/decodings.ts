/** Finds what is written in another form within a text, such as base64, and reads it. */
import { decodeHTML } from 'entities/decode'
import { INVISIBLE, withoutMarkup } from '../rewrite/unmask.ts'
import { toAsciiDigits } from '../substitutes/letters.ts'

export interface Decoded {
  readonly text: string
  /** In the text around it. */
  readonly offset: number
  readonly encoding: string
}

interface Decoding {
  readonly encoding: string
  readonly pattern: RegExp
  /** What every text of this form has: a quick test. */
  readonly mark: string | RegExp
  /** Undefined: it is not of this form. */
  decode(found: string): string | undefined
}

/** Readable: letters, marks, digits, punctuation and spaces. */
const READABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S}\s]+$/u

/** Undefined unless it is readable UTF-8. */
function readBytes(bytes: Buffer): string | undefined {
  const text = bytes.toString('utf8')
  return text.length >= 3 && !text.includes('\ufffd') && READABLE.test(text) ? text : undefined
}

function attempt(decode: () => string): string | undefined {
  try {
    return decode()
  } catch {
    return undefined
  }
}

const DECODINGS: readonly Decoding[] = [
  {
    encoding: 'JSON escapes',
    mark: '\\u',
    pattern:
      /"(?:[^"\\]|\\.)*\\u[0-9a-fA-F]{4}(?:[^"\\]|\\.)*"|(?:[^\s"\\]|\\u[0-9a-fA-F]{4})*\\u[0-9a-fA-F]{4}(?:[^\s"\\]|\\u[0-9a-fA-F]{4})*/g,
    decode: (found) => attempt(() => JSON.parse(found.startsWith('"') ? found : `"${found}"`) as string),
  },
  {
    encoding: 'percent-encoded',
    mark: '%',
    pattern: /[^\s"<>]*%[0-9a-fA-F]{2}[^\s"<>]*/g,
    decode: (found) =>
      attempt(() => decodeURIComponent(found.replace(/\+/g, ' '))) ??
      found.replace(/%([0-9a-fA-F]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16))),
  },
  {
    encoding: 'HTML-escaped',
    mark: '&',
    pattern: /[^"\n]*&(?:#\d{1,7}|#x[\da-fA-F]{1,6}|[a-zA-Z]{2,8}\d*);[^"\n]*/g,
    decode: (found) => decodeHTML(found),
  },
  {
    encoding: 'quoted-printable',
    mark: /=[0-9A-F]{2}/,
    pattern: /[^\s"]*=[0-9A-F]{2}[^"\n]*/g,
    decode: (found) => {
      const bytes = found.replace(/=([0-9A-F]{2})/g, (_, code: string) =>
        String.fromCharCode(Number.parseInt(code, 16)),
      )
      return /^[\0-\xff]*$/.test(bytes) ? readBytes(Buffer.from(bytes.replace(/_/g, ' '), 'latin1')) : undefined
    },
  },
  {
    encoding: 'base64',
    mark: /[A-Za-z0-9+/_-]{8}/,
    pattern: /(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{8,}={0,2}/g,
    decode: (found) =>
      /^(?:[a-z_-]+|[a-z]*[A-Z]?[a-z]+|\d+)$/.test(found) ? undefined : readBytes(Buffer.from(found, 'base64')),
  },
  {
    encoding: 'hexadecimal',
    mark: /[0-9a-f]{12}/i,
    pattern: /(?<![0-9a-zA-Z])(?:[0-9a-fA-F]{2}){6,}(?![0-9a-zA-Z])/g,
    decode: (found) => (/^\d+$/.test(found) ? undefined : readBytes(Buffer.from(found, 'hex'))),
  },
  {
    encoding: 'markup',
    mark: '<',
    pattern: /[^\s"<>]+(?:<\/?[a-zA-Z][^<>]*>[^\s"<>]+)+/g,
    decode: withoutMarkup,
  },
  {
    encoding: 'invisible characters',
    mark: INVISIBLE,
    pattern: /[^"\n]*[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff][^"\n]*/g,
    decode: (found) => found.replace(INVISIBLE, ''),
  },
  {
    encoding: 'full-width',
    mark: /[\uff01-\uff5e]/,
    pattern: /[^"\n]*[\uff01-\uff5e][^"\n]*/g,
    decode: (found) => found.normalize('NFKC'),
  },
  {
    encoding: 'digits of another script',
    mark: /(?![0-9])\p{Nd}/u,
    pattern: /[^"\n]*(?![0-9])\p{Nd}[^"\n]*/gu,
    decode: toAsciiDigits,
  },
]

/** Everything in `text` that is written in another form. */
export function* decodeParts(text: string): Generator<Decoded> {
  for (const { encoding, mark, pattern, decode } of DECODINGS) {
    if (typeof mark === 'string' ? !text.includes(mark) : text.search(mark) < 0) continue
    for (const match of text.matchAll(pattern)) {
      const decoded = decode(match[0])
      if (decoded !== undefined && decoded !== match[0]) yield { text: decoded, offset: match.index, encoding }
    }
  }
}
