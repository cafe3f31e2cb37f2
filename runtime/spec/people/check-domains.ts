/** Checks the domains of `people.exclude`: a wrong one excludes no one, in silence. */
import { domainToASCII } from 'node:url'
import type { SpecNode } from '../compile/spec-node.ts'

const DOMAIN = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+([a-z]{2,63}|xn--[a-z0-9-]{1,59})$/

/** In lower case and punycode, as addresses are sent. */
export function checkDomains(domains: readonly string[], node: SpecNode): ReadonlySet<string> {
  const known = new Map<string, string>()
  domains.forEach((written, index) => {
    const domain = toDomain(written)
    if (!DOMAIN.test(domain)) {
      const message = `"${written}" is not the domain of an e-mail address`
      node.at(index).error({ code: 'spec/not-a-domain', message, help: helpFor(written) })
      return
    }
    const outer = parentsOf(domain).find((one) => known.has(one))
    if (outer !== undefined) {
      const same = outer === domain
      const message = same ? `"${written}" is listed twice` : `"${known.get(outer)}" includes "${written}" already`
      const help = same ? 'remove one of the two' : 'remove it: each domain is excluded with its subdomains'
      node.at(index).warn({ code: 'spec/repeated-domain', message, help })
    }
    if (outer !== domain) known.set(domain, written)
  })
  return new Set(known.keys())
}

const toDomain = (text: string): string => {
  const lower = text.toLowerCase()
  return /^[\p{L}\p{M}\p{N}.-]+$/u.test(lower) ? domainToASCII(lower) : lower
}

/** The domain, then each that it is a subdomain of. */
function parentsOf(domain: string): readonly string[] {
  const labels = domain.split('.')
  return labels.map((_, index) => labels.slice(index).join('.'))
}

function helpFor(written: string): string {
  const bare = written
    .replace(/\s/g, '')
    .toLowerCase()
    .replace(/^[a-z]+:\/\//, '')
    .replace(/\/.*$/, '')
    .replace(/^.*@/, '')
    .replace(/^[*.]+|\.+$/g, '')
  const isAddress = /^[^@\s]+@[^@\s]+$/.test(written.trim())
  const person = isAddress ? '; to exclude one person, write an expression under `when`' : ''
  return DOMAIN.test(toDomain(bare))
    ? `write ${toDomain(bare)}, which includes its subdomains${person}`
    : 'write it as in acme.com, which includes its subdomains'
}
