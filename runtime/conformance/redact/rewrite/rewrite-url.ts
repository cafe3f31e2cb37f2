/** Replaces what is personal in an address: its host unless it is an API's, and values in its path and query. */

export interface UrlContext {
  isApiHost(host: string): boolean
  /** Whether an address without a host is one of an API. */
  readonly isApiPath: boolean
  /** A value of the path or query. `name` is that of the query's member. */
  rewriteValue(value: string, name: string): string
  /** The same of an API's address, where words belong to the API. */
  rewriteApiValue(value: string, name: string): string
  /** Whether a text has a word of a person. */
  isPersonal(text: string): boolean
  /** Texts of the spec that stay wherever they are. */
  readonly literals: readonly string[]
}

const URL_PARTS =
  /^(?<scheme>[a-z][a-z\d+.-]*:\/\/)?(?:(?<user>[^/@?#]*)@)?(?<host>[^/?#:@]*)?(?<port>:\d+)?(?<path>[^?#]*)(?<query>\?[^#]*)?(?<fragment>#.*)?$/i

/** `url` may begin with a path. */
export function rewriteUrl(url: string, context: UrlContext): string {
  const isRelative = /^[/?#]/.test(url)
  const {
    scheme = '',
    host = '',
    port = '',
    path = '',
    query = '',
    fragment = '',
  } = URL_PARTS.exec(isRelative ? `x${url}` : url)?.groups ?? {}
  const isApi = isRelative ? context.isApiPath : context.isApiHost(host)
  const rewrite = isApi ? context.rewriteApiValue.bind(context) : context.rewriteValue.bind(context)
  const origin = isRelative
    ? ''
    : `${scheme}${isApi || isPublicHost(host) ? host : 'www.example.com'}${isApi ? port : ''}`
  const members = query === '' ? '' : `?${query.slice(1).split('&').map((member) => rewriteMember(member, rewrite, context.isPersonal)).join('&')}` // biome-ignore format: one line
  const anchor = fragment === '' ? '' : `#${encodeLike(fragment.slice(1), rewrite(decode(fragment.slice(1)), ''))}`
  return origin + rewritePath(path, rewrite, context.literals) + members + anchor
}

/** Hosts for documents, and this machine. */
export const isPublicHost = (host: string): boolean =>
  /^(?:localhost|127\.0\.0\.1|\[?::1\]?|(?:[\w-]+\.)*example\.(?:com|net|org))$/i.test(host)

type Rewrite = (value: string, name: string) => string

function rewritePath(path: string, rewrite: Rewrite, literals: readonly string[]): string {
  const literal = literals.find((text) => path.includes(text))
  if (literal !== undefined) {
    const at = path.indexOf(literal)
    const rest = path.slice(at + literal.length)
    return rewritePath(path.slice(0, at), rewrite, literals) + literal + rewritePath(rest, rewrite, literals)
  }
  return path.split('/').map((segment) => rewriteSegment(segment, rewrite)).join('/') // biome-ignore format: one line
}

export const FILE_ENDING = String.raw`\.(?:png|jpe?g|gif|webp|svg|pdf|docx?|xlsx?|csv|txt|zip|mp[34]|mov|heic|json|html?|js)`
const ENDING_LAST = new RegExp(`${FILE_ENDING}$`, 'i')

/** The ending of a file's name stays. */
function rewriteSegment(segment: string, rewrite: Rewrite): string {
  if (segment === '') return ''
  const ending = ENDING_LAST.exec(segment)?.[0] ?? ''
  const stem = segment.slice(0, segment.length - ending.length)
  return encodeLike(stem, rewrite(decode(stem), '')) + ending
}

function rewriteMember(member: string, rewrite: Rewrite, isPersonal: UrlContext['isPersonal']): string {
  const at = member.indexOf('=')
  const written = at < 0 ? member : member.slice(0, at)
  if (at < 0) return encodeLike(written, rewrite(decode(written), ''))
  const plainName = /^[\w.-]+(?:(?:\[|%5B)[\w.-]*(?:\]|%5D))*$/i.test(written)
  const name = plainName && !isPersonal(decode(written)) ? written : encodeLike(written, rewrite(decode(written), ''))
  const value = member.slice(at + 1)
  // The tag of an address that no one encoded.
  const isTag = /\+[^@&]*@/.test(value)
  const decoded = decode(isTag ? value : value.replace(/\+/g, ' '))
  const plus = !isTag && value.includes('+') && !value.includes('%20')
  const encoded = encodeLike(value, rewrite(decoded, decode(written)))
  return `${name}=${plus ? encoded.replace(/%20/g, '+') : encoded}`
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Encodes what the original encoded, so that an unchanged value is written as it was. */
function encodeLike(original: string, rewritten: string): string {
  if (decode(original.replace(/\+/g, ' ')) === rewritten) return original
  const encoded = encodeURIComponent(rewritten)
  const plain = new Set([...original].filter((char) => /[@:,;()[\]"'$!*+=]/.test(char)))
  return encoded.replace(/%[0-9A-F]{2}/g, (code) => (plain.has(decode(code)) ? decode(code) : code))
}
