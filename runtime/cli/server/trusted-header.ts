/** People whom a reverse proxy has signed in, by a header that counts only beside a shared secret. */
import type { ConsoleOptions, Visitor } from '../../console/index.ts'
import { ROLE_ACCESS } from '../../console/server/session/role-access.ts'
import { escapePattern } from '../../lib/text/escape-pattern.ts'
import { isSameText } from '../../lib/text/same-text.ts'
import type { Env } from '../app.ts'
import { usageError } from '../errors.ts'

/** Holds the secret, which the proxy adds to each request. */
const SECRET_HEADER = 'x-connector-secret'
const MIN_SECRET = 16
const MAX_IDENTITY = 200

const EXAMPLE = 'owner: ann@shop.example; operator: *@shop.example; viewer: *'

interface Rule {
  readonly may: NonNullable<Visitor['may']>
  readonly pattern: RegExp
}

/** Undefined without the settings. Throws a usage error when only some of them are set, or one cannot be right. */
export function createTrustedVisitor(env: Env): ConsoleOptions['visitor'] {
  const { CONNECTOR_TRUSTED_HEADER, CONNECTOR_TRUSTED_HEADER_SECRET, CONNECTOR_TRUSTED_ROLES } = env
  const settings = { CONNECTOR_TRUSTED_HEADER, CONNECTOR_TRUSTED_HEADER_SECRET, CONNECTOR_TRUSTED_ROLES }
  const missing = Object.entries(settings).flatMap(([name, value]) => (value === undefined ? [name] : []))
  if (missing.length === Object.keys(settings).length) return undefined
  const [header, secret, roles] = Object.values(settings)
  if (header === undefined || secret === undefined || roles === undefined)
    throw usageError(
      `a proxy that signs people in needs CONNECTOR_TRUSTED_HEADER, CONNECTOR_TRUSTED_HEADER_SECRET and CONNECTOR_TRUSTED_ROLES; not set: ${missing.join(', ')}`,
    )
  if (!/^[\w-]+$/.test(header) || header.toLowerCase() === SECRET_HEADER)
    throw usageError('CONNECTOR_TRUSTED_HEADER must be the name of a header such as X-Forwarded-Email')
  if (secret.length < MIN_SECRET)
    throw usageError(`CONNECTOR_TRUSTED_HEADER_SECRET must have at least ${MIN_SECRET} characters`)
  const rules = parseRoles(roles)
  return ({ headers }) => {
    if (!isSameText(headers.get(SECRET_HEADER) ?? '', secret)) return undefined
    const identity = headers.get(header)?.trim() ?? ''
    if (identity === '' || identity.length > MAX_IDENTITY) return undefined
    const rule = rules.find(({ pattern }) => pattern.test(identity))
    // The log holds no address; the timeline names the person.
    return rule && { id: 'proxy', name: identity, may: rule.may }
  }
}

/** `role: patterns; role: patterns`. In a pattern `*` stands for any text; the first that fits decides. */
function parseRoles(text: string): readonly Rule[] {
  const groups = text.split(';').filter((group) => group.trim() !== '')
  return groups.flatMap((group) => {
    const [, role = '', patterns = ''] = /^\s*(\w+)\s*:(.*)$/s.exec(group) ?? []
    if (!Object.hasOwn(ROLE_ACCESS, role) || patterns.trim() === '')
      throw usageError(`CONNECTOR_TRUSTED_ROLES must be like "${EXAMPLE}"; "${group.trim()}" is not`)
    const may = ROLE_ACCESS[role as keyof typeof ROLE_ACCESS]
    return patterns
      .split(/[\s,]+/)
      .filter(Boolean)
      .map((pattern) => ({ may, pattern: toRegExp(pattern) }))
  })
}

const toRegExp = (pattern: string): RegExp => new RegExp(`^${pattern.split('*').map(escapePattern).join('.*')}$`, 'is')
