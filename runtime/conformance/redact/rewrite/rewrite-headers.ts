/** Keeps the headers that a replay needs. All others may hold credentials or a person, and are left out. */

const KEPT = new Set(
  `accept content-type retry-after date etag-version revision link location ratelimit-limit ratelimit-remaining ratelimit-reset
  x-ratelimit-limit x-ratelimit-remaining x-ratelimit-reset deprecation sunset vary allow`.split(/\s+/),
)

/** Their values are addresses. */
const ADDRESSES = new Set(['link', 'location'])

const MEDIA_TYPE = String.raw`(?:application|audio|image|multipart|text|video|\*)\/[\w*.+-]{1,40}(?:; ?(?:charset=[\w-]{1,12}|q=[\d.]+))*`
/** A value says a number, a version, a date or media types. Any other may be anything. */
const PLAIN_VALUE = new RegExp(
  String.raw`^(?:\d{1,6}(?:(?:\.|[,;] ?(?:w=)?)\d{1,6}){0,8}|1\d{9}|1\d{12}|v\d{1,3}|(?:[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT)|\d{4}-\d\d-\d\d(?:\.[a-z]{3,6})?|true|false|${MEDIA_TYPE}(?:, ?${MEDIA_TYPE})*)$`,
)

export interface HeaderContext {
  readonly kept: readonly string[]
  rewriteUrl(url: string): string
  dropped(name: string): void
  replaced(name: string): void
}

export function rewriteHeaders(
  headers: Readonly<Record<string, string>>,
  context: HeaderContext,
): Record<string, string> {
  const kept = new Set([...KEPT, ...context.kept.map((name) => name.toLowerCase())])
  const rewritten: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    const key = name.toLowerCase()
    if (ADDRESSES.has(key)) {
      const address = rewriteAddresses(value, context)
      if (address !== value) context.replaced(key)
      rewritten[name] = address
    } else if (kept.has(key) && PLAIN_VALUE.test(value)) rewritten[name] = value
    else context.dropped(key)
  }
  return rewritten
}

/** One address, or a list of addresses in angle brackets, of whose parameters only `rel` stays. */
function rewriteAddresses(value: string, { rewriteUrl }: HeaderContext): string {
  if (!value.includes('<')) return rewriteUrl(value)
  const links = Array.from(value.matchAll(/<([^>]+)>([^<]*)/g), ([, url = '', parameters = '']) => {
    const relation = /;\s*rel="?[\w -]+"?/.exec(parameters)?.[0] ?? ''
    return `<${rewriteUrl(url)}>${relation}`
  })
  return links.join(', ')
}
