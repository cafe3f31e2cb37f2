/** Verifies that a webhook is from the source: HMAC over the raw bytes, compared in constant time. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { WebhookSpec } from '../spec/spec.ts'

/** The defect of a signature, for the log. Undefined: the signature is valid. */
export type SignatureError = string | undefined

/**
 * The secrets of a comma-separated list, as during a rotation: "old, new". Blanks round a secret and empty parts are
 * dropped: HMAC accepts an empty key, so an empty secret would verify what anyone signs.
 */
export function parseSecrets(lists: string | readonly string[] | undefined): readonly string[] {
  const parts = [lists ?? []].flat().flatMap((list) => list.split(','))
  return parts.map((secret) => secret.trim()).filter((secret) => secret !== '')
}

/** Checks what can be checked before the body is read: a stranger's body is not read for a header that cannot be right. */
export function checkSignatureHeader(
  header: string | null,
  spec: WebhookSpec['signature'],
  secrets: readonly string[],
): SignatureError {
  if (usableSecrets(secrets).length === 0) return 'no signing secret is set, so no webhook can be verified'
  if (header === null) return `no ${spec.header} header: not sent by the source, or removed by a proxy`
  if (!header.trim().startsWith(spec.prefix)) return `${spec.header} does not begin with "${spec.prefix}"`
  return /^[0-9a-f]+$/.test(readHex(header, spec)) ? undefined : `${spec.header} is not hexadecimal`
}

/**
 * Checks a signature against every secret, so that a secret can be rotated without losing a webhook. Without a secret
 * no signature is valid.
 */
export function verifySignature(
  body: Uint8Array,
  header: string | null,
  spec: WebhookSpec['signature'],
  candidates: readonly string[],
): SignatureError {
  const error = checkSignatureHeader(header, spec, candidates)
  if (error !== undefined) return error
  const secrets = usableSecrets(candidates)
  const hex = readHex(header, spec)
  const matches: SignatureMatch = (bytes, secret) => equal(hex, signBody(bytes, spec.algorithm, secret))
  if (secrets.some((secret) => matches(body, secret))) return undefined
  return explainMismatch(body, secrets, matches)
}

/** Whatever way a secret came here: an empty one verifies nothing. */
const usableSecrets = (secrets: readonly string[]) => secrets.filter((secret) => secret.trim() !== '')

const readHex = (header: string | null, { prefix }: WebhookSpec['signature']): string =>
  (header ?? '').trim().slice(prefix.length).toLowerCase()

type SignatureMatch = (body: Uint8Array, secret: string) => boolean

/** The signature that a source would send, hexadecimal, without its prefix. */
export function signBody(body: Uint8Array, algorithm: string, secret: string): string {
  return createHmac(algorithm, secret).update(body).digest('hex')
}

function equal(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
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
