/** Is this webhook really from the source? HMAC over the raw bytes, compared in constant time. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { WebhookSpec } from '../spec/spec.ts'

/** Undefined if genuine; otherwise why not, in words for the log. */
export type SignatureError = string | undefined

/**
 * Checks one signature against every secret, so that a secret can be changed
 * without losing a webhook. With no secret nothing is genuine.
 */
export function verifySignature(
  body: Uint8Array,
  header: string | null,
  spec: WebhookSpec['signature'],
  secrets: readonly string[],
): SignatureError {
  if (secrets.length === 0) return 'no signing secret is set, so no webhook can be trusted'
  if (header === null) return `no ${spec.header} header: it is not from the source, or something on the way took it off`
  const given = header.trim()
  if (!given.startsWith(spec.prefix)) return `${spec.header} does not begin with "${spec.prefix}"`
  const hex = given.slice(spec.prefix.length).toLowerCase()
  if (!/^[0-9a-f]+$/.test(hex)) return `${spec.header} is not hexadecimal`

  const matches = (bytes: Uint8Array, secret: string) => equal(hex, sign(bytes, spec.algorithm, secret))
  if (secrets.some((secret) => matches(body, secret))) return undefined
  return explainMismatch(body, secrets, matches)
}

/** The signature a source would send, hex, without its prefix. */
export function sign(body: Uint8Array, algorithm: string, secret: string): string {
  return createHmac(algorithm, secret).update(body).digest('hex')
}

function equal(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}

/** The operator's two usual mistakes. Only the words of the refusal depend on this, never its being one. */
function explainMismatch(
  body: Uint8Array,
  secrets: readonly string[],
  matches: (b: Uint8Array, s: string) => boolean,
): string {
  if (secrets.some((secret) => secret !== secret.trim() && matches(body, secret.trim())))
    return 'the signing secret has a space or line break round it'
  const compact = reserialised(body)
  if (compact && secrets.some((secret) => matches(compact, secret)))
    return 'the body was parsed and written again on the way here: pass on the raw bytes'
  return 'the signature is not of this body with our secret: compare the secret that the source signs with and the one given here'
}

function reserialised(body: Uint8Array): Uint8Array | undefined {
  try {
    return new TextEncoder().encode(JSON.stringify(JSON.parse(new TextDecoder().decode(body))))
  } catch {
    return undefined
  }
}
