/** The notifications in the body of a webhook, each with the headers that its envelope reads. */
import { asList, isObject, parseJson } from '../lib/json.ts'
import { presentMembers } from '../lib/present-members.ts'
import type { Json } from '../ports/types.ts'
import type { WebhookSpec } from '../spec/webhook-spec.ts'

export interface ReceivedNotification {
  /** The JSON to store: of a body that is one notification, its text unchanged. */
  readonly text: string
  readonly envelope: Json
}

/**
 * Undefined for a body that is not JSON, is nested too deeply, or is no object where it has to be a notification. Throws
 * a data `Fault` if `each` fails.
 */
export async function readNotifications(
  text: string,
  headers: Headers,
  webhook: Pick<WebhookSpec, 'headers' | 'each'>,
): Promise<readonly ReceivedNotification[] | undefined> {
  const body = parseJson(text)
  if (body === undefined) return undefined
  const { each, headers: names } = webhook
  if (each === undefined && !isObject(body)) return undefined
  if (each === undefined && names === undefined) return [{ text, envelope: body }]
  const bodies = each === undefined ? [body] : (asList(await each.evaluate(presentMembers(body))) ?? [])
  return bodies.map((one) => {
    const envelope = names === undefined ? one : { headers: pickHeaders(headers, names), body: one }
    return { text: JSON.stringify(envelope), envelope }
  })
}

function pickHeaders(headers: Headers, names: Readonly<Record<string, string>>): Json {
  const found = Object.entries(names).map(([name, header]) => [name, headers.get(header) ?? undefined] as const)
  return Object.fromEntries(found.filter(([, value]) => value !== undefined))
}
