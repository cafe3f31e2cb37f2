/** One webhook: raw body, signature, envelope, disk, 200. In that order, and nothing else before the answer. */

import { liveSinceCheckpoint } from '../lib/checkpoint-names.ts'
import { parseTime } from '../lib/iso-time.ts'
import { isObject } from '../lib/json.ts'
import { readBody } from '../lib/read-body.ts'
import type { Clock, Logger } from '../ports/effects.ts'
import { toFault } from '../ports/fault.ts'
import type { Checkpoint, Store } from '../ports/store.ts'
import type { Json } from '../ports/types.ts'
import type { Spec } from '../spec/spec.ts'
import { isForeign } from './account-pin.ts'
import { type Notification, openEnvelope, recordFromWebhook } from './envelope.ts'
import { verifySignature } from './verify-signature.ts'
import type { WebhookStatsRecorder } from './webhook-stats.ts'

export interface ReceiveParts {
  readonly spec: Spec
  readonly store: Pick<Store, 'append' | 'readCheckpoint'>
  readonly clock: Clock
  readonly logger: Logger
  /** Any of these may have signed it. */
  readonly secrets: () => Promise<readonly string[]>
  readonly stats: WebhookStatsRecorder
  /** The source account that the store is pinned to. Undefined until it is. */
  readonly workspace: () => Promise<string | undefined>
}

/**
 * Answers one request to the webhook's path.
 *
 * 200 means: on disk, or nothing to keep. 401 is a bad signature, 400 not a
 * notification, 413 too large, 405 another method; none of these store anything.
 * 503 means that our disk failed or that we have no secret to verify it by, so that the source sends it again.
 */
export async function receiveWebhook(request: Request, parts: ReceiveParts): Promise<Response> {
  const { spec, logger, stats: arrivals } = parts
  if (request.method === 'HEAD') {
    arrivals.recordProbe() // the source's set-up check
    return answer(200)
  }
  if (request.method !== 'POST') return answer(405, { allow: 'HEAD, POST' })

  const body = await readBody(request, spec.webhook.maxBodySize)
  if (body === undefined) {
    logger.warn('webhook rejected: body too large', { limit: spec.webhook.maxBodySize })
    arrivals.recordRejected('it is larger than the limit')
    return answer(413)
  }
  try {
    const secrets = await parts.secrets()
    const { signature } = spec.webhook
    const reason = verifySignature(body, request.headers.get(signature.header), signature, secrets)
    if (reason === undefined) return await storeWebhook(new TextDecoder().decode(body), parts)
    // Until set-up is done all are refused for one reason, which need be read once.
    const known = secrets.length === 0 && arrivals.snapshot().lastRejected?.reason === reason
    logger[known ? 'debug' : 'warn'](`webhook refused: ${reason}`, { bytes: body.length })
    arrivals.recordRejected(reason)
    return secrets.length > 0 ? answer(401) : new Response(NOT_SET_UP, { status: 503 })
  } catch (error) {
    const fault = toFault(error)
    logger.error(`webhook not stored: ${fault.message}`, { code: fault.code })
    return answer(fault.kind === 'data' ? 400 : 503)
  }
}

const NOT_SET_UP = 'this connector is not set up yet: no webhook can be verified, so none is taken\n'

async function storeWebhook(body: string, parts: ReceiveParts): Promise<Response> {
  const { spec, store, clock, logger, stats: arrivals } = parts
  const envelope = parse(body)
  if (envelope === undefined) {
    logger.warn('webhook rejected: valid signature, but not a notification', { bytes: body.length })
    arrivals.recordRejected('it is signed, but not a notification')
    return answer(400)
  }
  const notification = await openEnvelope(envelope, spec)
  const { topic, workspace } = notification
  const ours = await parts.workspace()
  if (ours !== undefined && isForeign(workspace, ours)) {
    // An app has one address for all accounts that installed it. Until ours is known, delivery sorts theirs out.
    logger.debug('webhook ignored: it belongs to another account', { topic, workspace })
    arrivals.recordRejected('it is of another account, which this store does not serve')
    return answer(200)
  }
  arrivals.recordVerified(topic)
  if (spec.webhook.ignoredTopics.has(topic)) return answer(200)
  const record = await recordFromWebhook(body, notification, spec, clock.now())
  const { added } = await store.append([record], await liveSinceToSave(notification, ours, record.receivedAt, store))
  logger.debug(added ? 'webhook stored' : 'duplicate webhook ignored', { record: record.id, topic })
  return answer(200)
}

/** With the first webhook live delivery begins, and history ends: the moment is saved with the record. */
async function liveSinceToSave(
  { time, workspace }: Notification,
  ours: string | undefined,
  now: number,
  store: Pick<Store, 'readCheckpoint'>,
): Promise<Checkpoint | undefined> {
  // Another account's first notice must not end the history of ours.
  const name = liveSinceCheckpoint(ours === undefined ? workspace : undefined)
  if ((await store.readCheckpoint(name)) !== undefined) return undefined
  return { name, value: Math.min(now, parseTime(time) ?? now) }
}

/** An object, or undefined: other JSON is no notification. */
function parse(body: string): Json | undefined {
  try {
    const value: Json = JSON.parse(body)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

function answer(status: number, headers: Record<string, string> = {}): Response {
  return new Response(null, { status, headers })
}
