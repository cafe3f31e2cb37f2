/** Keeps the headers that a replay needs. All others may hold credentials or a person, and are left out. */

const KEPT = new Set(
  `accept content-type retry-after date etag-version revision link location ratelimit-limit ratelimit-remaining ratelimit-reset
  x-ratelimit-limit x-ratelimit-remaining x-ratelimit-reset deprecation sunset vary allow`.split(/\s+/),
)

/** Their values are addresses. */
const ADDRESSES = new Set(['link', 'location'])

/** Simple words and numbers: media types, dates, versions. */
const PLAIN_VALUE = /^[\w\s.,:;/+*="()-]{0,200}$/

export interface HeaderContext {
  readonly kept: readonly string[]
  rewriteUrl(url: string): string
  /** Whether a value has a word of a person. */
  isPersonal(value: string): boolean
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
    } else if (kept.has(key) && PLAIN_VALUE.test(value) && !context.isPersonal(value)) rewritten[name] = value
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
