/** Receives a webhook: headers, raw body, signature, envelope, account, disk, 200, in that order. Mapping comes later. */

import { isObject, MAX_JSON_DEPTH, parseJson } from '../lib/json.ts'
import type { Observer } from '../observe/observer.ts'
import type { Clock, LogFields, Logger } from '../ports/effects.ts'
import { toFault } from '../ports/fault.ts'
import type { Store } from '../ports/store.ts'
import type { Json } from '../ports/types.ts'
import type { Spec } from '../spec/spec.ts'
import { isForeign } from './account-pin.ts'
import { buildWebhookRecord, openEnvelope } from './envelope.ts'
import { firstLiveCheckpoint } from './live-since.ts'
import { observeReceive, type ReceiveObserver } from './observe-receive.ts'
import type { BodyRefusal, UnverifiedBodies } from './unverified-bodies.ts'
import { checkSignatureHeader, parseSecrets, verifySignature } from './verify-signature.ts'
import type { WebhookStatsRecorder } from './webhook-stats.ts'

export interface ReceiveParts {
  readonly spec: Spec
  readonly store: Pick<Store, 'append' | 'readCheckpoint'>
  readonly clock: Clock
  readonly logger: Logger
  /** Of this webhook address. */
  readonly bodies: UnverifiedBodies
  /** A webhook signed with any of these is genuine. */
  readonly secrets: () => Promise<readonly string[]>
  readonly stats: WebhookStatsRecorder
  /** The source account that the store is pinned to. Undefined until it is. */
  readonly workspace: () => Promise<string | undefined>
  /** Absent: nothing is observed. */
  readonly observer?: Observer | undefined
}

type AnswerParts = ReceiveParts & { readonly observed: ReceiveObserver | undefined }

/**
 * Answers one request to the webhook path.
 *
 * 200 means: on disk, or nothing to store. 401 is a bad signature, 400 not a notification, 413 too large, 408 too slow,
 * 405 another method; none of these store anything. 503 means that the disk failed, that no secret is set or that too
 * many bodies arrive at once, so that the source sends the webhook again.
 */
export async function receiveWebhook(request: Request, parts: ReceiveParts): Promise<Response> {
  const { stats } = parts
  if (request.method === 'HEAD') {
    stats.recordProbe()
    return respond(200)
  }
  if (request.method !== 'POST') return respond(405, { allow: 'HEAD, POST' })
  const observed = observeReceive(request, parts)
  const response = await answerWebhook(request, { ...parts, observed })
  observed?.end(response.status)
  return response
}

async function answerWebhook(request: Request, parts: AnswerParts): Promise<Response> {
  const { spec, logger, bodies, observed } = parts
  try {
    const secrets = await parts.secrets()
    const { signature } = spec.webhook
    const header = request.headers.get(signature.header)
    const refuse = (reason: string, bytes?: number) => {
      logRejected(reason, parts, { bytes })
      return parseSecrets(secrets).length > 0 ? respond(401) : new Response(NOT_SET_UP, { status: 503 })
    }
    const reason = checkSignatureHeader(header, signature, secrets)
    if (reason !== undefined) return refuse(reason)
    const body = await bodies.read(request)
    if (typeof body === 'string') return refuseBody(body, parts)
    const mismatch = verifySignature(body, header, signature, secrets)
    return mismatch === undefined ? await storeWebhook(body, parts) : refuse(mismatch, body.length)
  } catch (error) {
    const fault = toFault(error)
    observed?.note({ outcome: 'failed', reason: fault.code })
    logger.error(`webhook not stored: ${fault.message}`, { code: fault.code })
    return respond(fault.kind === 'data' ? 400 : 503)
  }
}

const REFUSALS: Readonly<
  Record<BodyRefusal, readonly [reason: string, status: number, headers: Record<string, string>]>
> = {
  'too-large': ['the body is larger than the limit', 413, {}],
  'too-slow': ['the body did not arrive in time', 408, { connection: 'close' }],
  'cut-short': ['the connection ended before the body', 400, {}],
  busy: ['too many unverified bodies arrive at once; the sender is to try again', 503, { 'retry-after': '5' }],
}

/** The rest of the body is not kept. */
function refuseBody(refusal: BodyRefusal, parts: AnswerParts): Response {
  const [reason, status, headers] = REFUSALS[refusal]
  logRejected(reason, parts, { limit: parts.bodies.limit })
  return respond(status, headers)
}

/** Strangers can send at any rate: each reason is logged once a minute, with the number of times. */
function logRejected(
  reason: string,
  { logger, stats, observed }: Pick<AnswerParts, 'logger' | 'stats' | 'observed'>,
  fields: LogFields,
): void {
  observed?.note({ outcome: 'rejected', reason })
  const times = stats.recordRejected(reason)
  if (times > 0) logger.warn(`webhook rejected: ${reason}`, { ...fields, ...(times > 1 && { times }) })
}

/** Logs a webhook that was sent to another path, once for each path. The source loses it: it retries at that same path. */
export function reportMisdirected(fullPath: string, { spec, logger, stats }: MisdirectedParts): void {
  const path = stats.recordMisdirected(fullPath)
  if (path !== undefined) logger.warn('webhook rejected: wrong path', { path, expected: spec.webhook.path })
}

type MisdirectedParts = Pick<ReceiveParts, 'spec' | 'logger' | 'stats'>

const NOT_SET_UP = 'This connector is not set up yet: without a signing secret it accepts no webhook.\n'

const ANOTHER_ACCOUNT = 'the webhook belongs to another account, which this store does not serve'

async function storeWebhook(bytes: Uint8Array, parts: AnswerParts): Promise<Response> {
  const body = new TextDecoder().decode(bytes)
  const { spec, store, clock, logger, stats, observed } = parts
  observed?.note({ bytes: bytes.length })
  const envelope = parseObject(body)
  if (envelope === undefined) {
    const reason = 'the signature is valid, but the body is not a notification, or is nested too deeply'
    logRejected(reason, parts, { bytes: body.length, deepest: MAX_JSON_DEPTH })
    return respond(400)
  }
  const notification = await openEnvelope(envelope, spec)
  const { topic, workspace } = notification
  observed?.note({ topic })
  const pinned = await parts.workspace()
  if (pinned !== undefined && isForeign(workspace, pinned)) {
    // An app has one address for all accounts that installed it. Until one is pinned, delivery skips the others.
    logger.debug('webhook ignored: it belongs to another account', { topic, workspace })
    stats.recordRejected(ANOTHER_ACCOUNT)
    observed?.note({ outcome: 'ignored', reason: ANOTHER_ACCOUNT })
    return respond(200)
  }
  stats.recordVerified(topic)
  if (spec.webhook.ignoredTopics.has(topic)) {
    observed?.note({ outcome: 'ignored', reason: 'the spec ignores the topic' })
    return respond(200)
  }
  const built = await buildWebhookRecord(body, notification, spec, clock.now())
  const record = observed === undefined ? built : { ...built, ...observed.startTrace() }
  const { added } = await store.append(
    [record],
    await firstLiveCheckpoint(notification, pinned, record.receivedAt, parts),
  )
  observed?.note({ outcome: added ? 'stored' : 'duplicate', record: record.id })
  logger.debug(added ? 'webhook stored' : 'duplicate webhook ignored', { record: record.id, topic })
  return respond(200)
}

/** Undefined for any other JSON, and for one that is nested too deeply: it is no notification. */
function parseObject(body: string): Json | undefined {
  const value = parseJson(body)
  return isObject(value) ? value : undefined
}

function respond(status: number, headers: Record<string, string> = {}): Response {
  return new Response(null, { status, headers })
}
