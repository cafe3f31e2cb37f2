/** A webhook as the source sends it: for cases, recordings and contracts. */

import { isObject, parseJson } from '../lib/json.ts'
import type { Json } from '../ports/types.ts'
import { writeSignature } from '../source/verify-signature.ts'
import type { SignatureSpec, WebhookSpec } from '../spec/webhook-spec.ts'
import { type MutableObject, putAt, stepsOf } from './cases/build-notification.ts'

export interface WebhookToSign {
  /** The text of a notification, as it is stored. */
  readonly notification: string
  readonly secret: string
  /** When it is signed, milliseconds since 1970. */
  readonly now: number
}

/** The request that carries a notification. The host leads nowhere. */
export function signedWebhook({ notification, secret, now }: WebhookToSign, webhook: WebhookSpec): Request {
  const { body, headers } = wrapNotification(notification, webhook)
  return new Request(`https://connector.invalid${webhook.path}`, {
    method: 'POST',
    body,
    headers: { ...headers, ...signatureHeaders({ body, secret, now }, webhook.signature) },
  })
}

/** The headers by which a body is verified. */
export function signatureHeaders(
  { body, secret, now }: { readonly body: string; readonly secret: string; readonly now: number },
  signature: SignatureSpec | undefined,
): Readonly<Record<string, string>> {
  if (signature === undefined) return {}
  const { header, separator = '', timestamp, id } = signature
  const content = { timestamp: String(Math.floor(now / 1000)), id: `msg_${now}`, body: Buffer.from(body) }
  const headers: Record<string, string> = { [header]: writeSignature(content, signature, secret) }
  for (const [item, value] of [[timestamp, content.timestamp] as const, [id, content.id] as const]) {
    if (item === undefined) continue
    const text = item.prefix + value
    headers[item.header] = item.header === header ? `${text}${separator}${headers[header]}` : text
  }
  return headers
}

/** The body and the headers around a stored notification: the inverse of what receiving makes of them. */
export function wrapNotification(
  notification: string,
  { headers: names, each }: Pick<WebhookSpec, 'headers' | 'each'>,
): { readonly body: string; readonly headers: Readonly<Record<string, string>> } {
  if (names === undefined && each === undefined) return { body: notification, headers: {} }
  const stored = parseJson(notification) ?? null
  const members = names !== undefined && isObject(stored) ? stored : { body: stored }
  const given = isObject(members.headers) ? members.headers : {}
  const headers = Object.entries(names ?? {}).flatMap(([name, header]) => {
    const value = given[name]
    return value === undefined ? [] : [[header, String(value)] as const]
  })
  return { body: JSON.stringify(inBatch(members.body ?? null, each?.text)), headers: Object.fromEntries(headers) }
}

/** A batch of one, where `each` is a path: there is no way back from a computed list. */
function inBatch(body: Json, each: string | undefined): Json {
  if (each === undefined) return body
  if (each.trim() === '$') return [body]
  const steps = stepsOf(each)
  if (steps === undefined)
    throw new RangeError(`\`each\` of connector.yaml (${each}) is no path such as events, so no batch can be made`)
  const batch: MutableObject = {}
  putAt(batch, steps, [body])
  return batch
}
