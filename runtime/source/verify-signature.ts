/** Verifies that a webhook is from the source: HMAC over the raw bytes, compared in constant time. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { HeaderItem, SecretForm, SignatureSpec, SignedPart } from '../spec/webhook-spec.ts'

/** The defect of a signature, for the log. Undefined: the signature is valid. */
export type SignatureError = string | undefined

export interface SignatureRequest {
  readonly headers: Headers
  /** Our time, milliseconds since 1970. */
  readonly now: number
}

/** A header with more signatures is not from the source: each costs a comparison. */
const MAX_SIGNATURES = 20

/**
 * The secrets of a comma-separated list, as during a rotation: "old, new". Blanks round a secret and empty parts are
 * dropped: HMAC accepts an empty key, so an empty secret would verify what anyone signs.
 */
export function parseSecrets(lists: string | readonly string[] | undefined): readonly string[] {
  const parts = [lists ?? []].flat().flatMap((list) => list.split(','))
  return parts.map((secret) => secret.trim()).filter((secret) => secret !== '')
}

/** Whether any of the secrets is a key: without one no webhook can be verified. */
export const hasKey = (secrets: readonly string[], { secret }: Pick<SignatureSpec, 'secret'>): boolean =>
  secrets.some((one) => keyOf(one, secret) !== undefined)

/** Whether there is a signature at all. */
export const checkPresence = (headers: Headers, { header }: Pick<SignatureSpec, 'header'>): SignatureError =>
  headers.get(header) === null ? `no ${header} header: not sent by the source, or removed by a proxy` : undefined

/** Checks what can be checked before the body is read: a stranger's body is not read for headers that cannot be right. */
export function checkSignatureHeaders(
  { headers, now }: SignatureRequest,
  spec: SignatureSpec,
  secrets: readonly string[],
): SignatureError {
  if (secrets.every((secret) => secret.trim() === '')) return 'no signing secret is set, so no webhook can be verified'
  if (!hasKey(secrets, spec))
    return `the signing secret is not ${spec.secret.encoding}, so no webhook can be verified: copy it again`
  const absence = checkPresence(headers, spec)
  if (absence !== undefined) return absence
  const digits = readItems(headers, spec, spec.separator)
  if (digits.length === 0) {
    const part = spec.separator === undefined ? 'does not begin with' : 'has no part that begins with'
    return `${spec.header} ${part} "${spec.prefix}"`
  }
  if (digits.length > MAX_SIGNATURES) return `${spec.header} has more than ${MAX_SIGNATURES} signatures`
  if (digits.every((one) => decode(one, spec.encoding) === undefined))
    return `${spec.header} is not ${ENCODINGS[spec.encoding]}`
  return checkTimestamp(headers, now, spec) ?? checkId(headers, spec)
}

const ENCODINGS = { hex: 'hexadecimal', base64: 'base64' } as const

function checkTimestamp(headers: Headers, now: number, spec: SignatureSpec): SignatureError {
  if (spec.timestamp === undefined) return undefined
  const text = readItem(headers, spec.timestamp, spec)
  if (text === undefined) return `${spec.timestamp.header} has no timestamp`
  const at = parseTimestamp(text)
  if (at === undefined) return `the timestamp in ${spec.timestamp.header} is no time`
  const distance = Math.abs(now - at)
  if (spec.maxAge === undefined || distance <= spec.maxAge) return undefined
  const far = distance < 3_600_000 ? `${Math.round(distance / 1000)} seconds` : 'more than an hour'
  return `the timestamp is ${far} ${at < now ? 'old' : 'ahead'}, ${spec.maxAge / 1000} seconds are accepted: a request sent again, or the clock of this machine is wrong`
}

const checkId = (headers: Headers, spec: SignatureSpec): SignatureError =>
  spec.id !== undefined && readItem(headers, spec.id, spec) === undefined ? `${spec.id.header} has no id` : undefined

/**
 * Checks a signature against every secret, so that a secret can be rotated without losing a webhook. Without a secret
 * no signature is valid.
 */
export function verifySignature(
  body: Uint8Array,
  request: SignatureRequest,
  spec: SignatureSpec,
  secrets: readonly string[],
): SignatureError {
  const error = checkSignatureHeaders(request, spec, secrets)
  if (error !== undefined) return error
  const { headers } = request
  const signatures = readItems(headers, spec, spec.separator).flatMap((one) => decode(one, spec.encoding) ?? [])
  const signed = {
    timestamp: spec.timestamp && readItem(headers, spec.timestamp, spec),
    id: spec.id && readItem(headers, spec.id, spec),
  }
  const matches: SignatureMatch = (bytes, secret) => {
    const key = keyOf(secret, spec.secret)
    if (key === undefined) return false
    const expected = createHmac(spec.algorithm, key)
      .update(contentOf({ ...signed, body: bytes }, spec))
      .digest()
    // Each is compared, so that the time does not tell which of several was nearly right.
    return signatures.filter((signature) => equal(signature, expected)).length > 0
  }
  if (secrets.some((secret) => matches(body, secret))) return undefined
  return explainMismatch(body, secrets, matches)
}

type SignatureMatch = (body: Uint8Array, secret: string) => boolean

export interface SignedContent {
  readonly timestamp?: string | undefined
  readonly id?: string | undefined
  readonly body: Uint8Array
}

/** The header's value as the source writes it, without other items. */
export function writeSignature(content: SignedContent, spec: SignatureSpec, secret: string): string {
  const key = keyOf(secret, spec.secret) ?? Buffer.from(secret)
  const hmac = createHmac(spec.algorithm, key).update(contentOf(content, spec))
  return spec.prefix + hmac.digest(spec.encoding)
}

function contentOf(content: SignedContent, spec: SignatureSpec): Uint8Array {
  const bytesOf = (part: SignedPart) => (part === 'body' ? content.body : Buffer.from(textOf(part, content)))
  return Buffer.concat(spec.content.map(bytesOf))
}

const textOf = (part: Exclude<SignedPart, 'body'>, { timestamp = '', id = '' }: SignedContent): string =>
  typeof part === 'object' ? part.text : part === 'id' ? id : timestamp

/** Whatever way a secret came here: an empty one verifies nothing. */
function keyOf(secret: string, { prefix, encoding }: SecretForm): Uint8Array | undefined {
  if (secret.trim() === '') return undefined
  if (encoding === 'text') return Buffer.from(secret)
  const digits = secret.trim()
  return decode(digits.startsWith(prefix) ? digits.slice(prefix.length) : digits, encoding)
}

const DIGITS = { hex: /^(?:[0-9a-f]{2})+$/i, base64: /^[A-Za-z0-9+/]{2,}={0,2}$/ } as const

/** Undefined for any other text: Node would decode a part of it. */
const decode = (text: string, encoding: keyof typeof DIGITS): Uint8Array | undefined =>
  DIGITS[encoding].test(text) ? Buffer.from(text, encoding) : undefined

/** What follows the prefix: in the header, or in each of its items. */
function readItems(headers: Headers, { header, prefix }: HeaderItem, separator: string | undefined): readonly string[] {
  const value = headers.get(header) ?? ''
  const items = (separator === undefined ? [value] : value.split(separator)).map((item) => item.trim())
  return items.filter((item) => item.startsWith(prefix)).map((item) => item.slice(prefix.length))
}

/** Undefined unless there is exactly one: the signature would cover one, and the age another. */
function readItem(headers: Headers, item: HeaderItem, { header, separator }: SignatureSpec): string | undefined {
  const [only, ...others] = readItems(headers, item, item.header === header ? separator : undefined)
  return others.length > 0 || only === '' ? undefined : only
}

/** Unix seconds, milliseconds or ISO 8601, in milliseconds. */
function parseTimestamp(text: string): number | undefined {
  if (/^\d{1,11}$/.test(text)) return Number(text) * 1000
  if (/^\d{12,14}$/.test(text)) return Number(text)
  const time = /^\d{4}-\d\d-\d\dT/.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(time) ? undefined : time
}

export function equal(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && timingSafeEqual(left, right)
}

/** Names the operator's two usual mistakes. Changes only the message: the webhook is rejected either way. */
function explainMismatch(body: Uint8Array, secrets: readonly string[], matches: SignatureMatch): string {
  if (secrets.some((secret) => secret !== secret.trim() && matches(body, secret.trim())))
    return 'the signing secret has a space or line break at its start or end'
  const compact = reserialise(body)
  if (compact && secrets.some((secret) => matches(compact, secret)))
    return 'a proxy or framework parsed the body and serialised it again: pass on the raw bytes'
  return 'the signature does not match: compare the signing secret of the source with the one configured here'
}

function reserialise(body: Uint8Array): Uint8Array | undefined {
  try {
    return new TextEncoder().encode(JSON.stringify(JSON.parse(new TextDecoder().decode(body))))
  } catch {
    return undefined
  }
}
