/** A webhook as the source sends it: for cases, recordings and contracts. */

import { signBody } from '../source/verify-signature.ts'
import type { WebhookSpec } from '../spec/spec.ts'

/** The value of the signature's header. */
export const writeSignature = (
  body: string,
  { algorithm, prefix }: Pick<WebhookSpec['signature'], 'algorithm' | 'prefix'>,
  secret: string,
): string => `${prefix}${signBody(Buffer.from(body), algorithm, secret)}`

/** `body`: the text of a notification. The host leads nowhere. */
export function signedWebhook(body: string, { path, signature }: WebhookSpec, secret: string): Request {
  const headers = { [signature.header]: writeSignature(body, signature, secret) }
  return new Request(`https://connector.invalid${path}`, { method: 'POST', body, headers })
}
