/** Compiles settings, the key that requests carry, and the hosts that name settings. */

import type { AuthSpec, KeyAuthSpec } from '../auth-spec.ts'
import type { Connector } from '../generated/documents.ts'
import { resolveName } from './resolve-name.ts'
import type { SpecNode } from './spec-node.ts'

type SideDocument = Pick<Connector['destination'], 'label' | 'settings' | 'auth'>

/** `node` is that of the side. */
export function compileSettings(
  { label, settings = {}, auth }: SideDocument,
  node: SpecNode,
): Pick<AuthSpec, 'label' | 'settings' | 'keyAuth'> {
  const names = new Map(Object.entries(settings))
  if (auth !== undefined) {
    resolveName(node.at('auth', 'key'), 'setting', auth.key, names)
    if (auth.user !== undefined) checkPlaceholders(auth.user, names, node.at('auth', 'user'))
    if (auth.scheme === 'basic' && auth.user === undefined) reportMissing('user', node.at('auth'))
    if (auth.scheme === 'header' && auth.header === undefined) reportMissing('header', node.at('auth'))
  }
  return {
    ...(label !== undefined && { label }),
    ...(names.size > 0 && { settings }),
    ...(auth !== undefined && { keyAuth: compileKeyAuth(auth) }),
  }
}

function compileKeyAuth({ scheme, key, ...more }: NonNullable<SideDocument['auth']>): KeyAuthSpec {
  if (scheme === 'bearer') return { scheme, key }
  if (scheme === 'basic') return { scheme, key, user: more.user ?? '' }
  return { scheme, key, header: more.header ?? '', prefix: more.prefix ?? '' }
}

function reportMissing(name: string, node: SpecNode): void {
  const message = `this scheme needs ${name}`
  node.error({ code: 'spec/auth-without-part', message, help: `add ${name}` })
}

/** `{name}` before a domain of two labels or more, such as `https://{shop}.example.com`. */
const LABEL_BEFORE_DOMAIN = /^https:\/\/\{\w+\}(\.[a-z0-9-]+){2,}(:\d+)?$/i

/**
 * A setting may be the whole address, or the first label of a host whose domain is written out: with any other part of a
 * host a value could lead credentials to another site.
 */
export function checkHost(host: string, settings: SideDocument['settings'], node: SpecNode): void {
  if (!host.includes('{')) return
  checkPlaceholders(host, new Map(Object.entries(settings ?? {})), node)
  if (/^\{\w+\}$/.test(host) || LABEL_BEFORE_DOMAIN.test(host)) return
  const message = 'a setting in this place could lead requests, with their credentials, to any site'
  const help = 'write https://{name} before a whole domain, as in https://{shop}.example.com, or {name} alone'
  node.error({ code: 'spec/unsafe-host', message, help })
}

function checkPlaceholders(text: string, names: ReadonlyMap<string, unknown>, node: SpecNode): void {
  for (const { 1: name = '', index } of text.matchAll(/\{(\w*)\}/g)) {
    if (names.has(name)) continue
    const known = [...names.keys()].map((each) => `{${each}}`).join(', ')
    const help = names.size === 0 ? 'name the settings of this side under settings' : `known: ${known}`
    const message = `unknown placeholder {${name}}`
    node.errorWithin({ code: 'spec/unknown-placeholder', message, help }, [index, index + name.length + 2])
  }
}
