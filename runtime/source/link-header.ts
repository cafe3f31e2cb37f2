/** What expressions of a page see of the response's headers: all by name, and the addresses of `Link`. */
import type { Json } from '../ports/types.ts'

/** One `<address>; rel="next"`. A comma in an address or in quotes separates nothing. */
const LINK = /<([^<>]*)>((?:\s*;\s*[\w*-]+\s*=\s*(?:"[^"]*"|[^",;\s]+))*)/g
const PARAMETER = /;\s*([\w*-]+)\s*=\s*(?:"([^"]*)"|([^",;\s]+))/g

/** `headers` by their names in lower case, `links` by each `rel` (RFC 8288). */
export function describeHeaders(headers: Headers | undefined): { readonly headers: Json; readonly links: Json } {
  if (headers === undefined) return { headers: {}, links: {} }
  return { headers: Object.fromEntries(headers), links: parseLinks(headers.get('link') ?? '') }
}

export function parseLinks(header: string): Readonly<Record<string, string>> {
  const links = new Map<string, string>()
  for (const { 1: address = '', 2: parameters = '' } of header.matchAll(LINK)) {
    const rel = [...parameters.matchAll(PARAMETER)].find(([, name]) => name?.toLowerCase() === 'rel')
    const rels = (rel?.[2] ?? rel?.[3] ?? '').toLowerCase().split(/\s+/)
    for (const one of rels) if (one !== '' && !links.has(one)) links.set(one, address)
  }
  return Object.fromEntries(links)
}
