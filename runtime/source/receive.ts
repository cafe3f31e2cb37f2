/** Receives a webhook: headers, raw body, signature, envelope, account, disk, 200, in that order. Mapping comes later. */

import { MAX_JSON_DEPTH } from '../lib/json.ts'
import type { Observer } from '../observe/observer.ts'
import type { Clock, Logger } from '../ports/effects.ts'
import { toFault } from '../ports/fault.ts'
import type { Source } from '../ports/source.ts'
import type { Store } from '../ports/store.ts'
import type { Spec } from '../spec/spec.ts'
import type { SignatureSpec } from '../spec/webhook-spec.ts'
import type { AccountNames } from './claim-account.ts'
import { answerHandshake } from './handshake.ts'
import { logRejected } from './log-rejected.ts'
import { observeReceive, type ReceiveObserver } from './observe-receive.ts'
import { type ReceivedNotification, readNotifications } from './read-notifications.ts'
import { storeNotifications } from './store-notifications.ts'
import type { BodyRefusal, UnverifiedBodies } from './unverified-bodies.ts'
import {
  checkPresence,
  checkSignatureHeaders,
  hasKey,
  type SignatureError,
  type SignatureRequest,
  verifySignature,
} from './verify-signature.ts'
import type { WebhookStatsRecorder } from './webhook-stats.ts'

/** What it takes to verify a webhook. */
export interface VerifyParts {
  readonly spec: Pick<Spec, 'webhook'>
  readonly clock: Clock
  readonly logger: Logger
  /** Of this webhook address. */
  readonly bodies: UnverifiedBodies
  /** A webhook signed with any of these is genuine. */
  readonly secrets: Source['secrets']
  /** In place of `secrets`: chooses them by the body, of which nothing is believed before one of them has verified it. */
  readonly secretsOf?: ((text: string, headers: Headers) => Promise<readonly string[]>) | undefined
  readonly stats: WebhookStatsRecorder
  /** Absent: nothing is observed. */
  readonly observer?: Observer | undefined
}

export interface ReceiveParts extends VerifyParts {
  readonly spec: Spec
  readonly store: Pick<Store, 'append' | 'readCheckpoint'>
  /** The source account that the store is pinned to. */
  readonly account: () => Promise<AccountNames>
}

/** Called with the notifications of a verified webhook. Resolves once they are on disk. */
export type Accept = (received: readonly ReceivedNotification[], parts: ReceiveNotes) => Promise<void>

/** Where the course of one request is noted. */
export type ReceiveNotes = Pick<VerifyParts, 'logger' | 'stats'> & { readonly observed: ReceiveObserver | undefined }

type AnswerParts = VerifyParts & { readonly observed: ReceiveObserver | undefined; readonly accept: Accept }

/**
 * Answers one request to the webhook path.
 *
 * 200 means: on disk, or nothing to store. 401 is a bad signature, 400 not a notification, 413 too large, 408 too slow,
 * 405 another method, 404 that the source sends no webhooks; none of these store anything. 503 means that the disk failed,
 * that no secret is set or that too many bodies arrive at once, so that the source sends the webhook again. A handshake is
 * answered as the spec says.
 */
export function receiveWebhook(request: Request, parts: ReceiveParts): Promise<Response> {
  return receiveVerified(request, parts, (received, notes) => storeNotifications(received, { ...parts, ...notes }))
}

/** The same, with the notifications of a verified webhook passed to `accept`. */
export async function receiveVerified(request: Request, parts: VerifyParts, accept: Accept): Promise<Response> {
  const { webhook } = parts.spec
  if (webhook.signature === undefined) return respond(404)
  if (request.method === 'HEAD') {
    parts.stats.recordProbe()
    return respond(200)
  }
  const hasGet = webhook.handshakes.some(({ method }) => method === 'GET')
  if (request.method !== 'POST' && !(request.method === 'GET' && hasGet))
    return respond(405, { allow: hasGet ? 'GET, HEAD, POST' : 'HEAD, POST' })
  const observed = observeReceive(request, parts)
  const response = await answerWebhook(request, webhook.signature, { ...parts, observed, accept })
  observed?.end(response.status)
  return response
}

async function answerWebhook(request: Request, signature: SignatureSpec, parts: AnswerParts): Promise<Response> {
  const { logger, observed } = parts
  try {
    const unsigned = { request, isSigned: false, secrets: parts.secrets }
    const answer = await answerHandshake(unsigned, parts.spec.webhook)
    if (answer !== undefined) return probed(answer, parts)
    return request.method === 'POST' ? await receiveSigned(request, signature, parts) : respond(400)
  } catch (error) {
    const fault = toFault(error)
    observed?.note({ outcome: 'failed', reason: fault.code })
    logger.error(`webhook not stored: ${fault.message}`, { code: fault.code })
    return respond(fault.kind === 'data' ? 400 : 503)
  }
}

async function receiveSigned(request: Request, signature: SignatureSpec, parts: AnswerParts): Promise<Response> {
  const { bodies, clock, secretsOf } = parts
  if (secretsOf !== undefined) return receiveByClaim(request, signature, { ...parts, secretsOf })
  const secrets = await parts.secrets()
  const signed = { headers: request.headers, now: clock.now() }
  const reason = checkSignatureHeaders(signed, signature, secrets)
  if (reason !== undefined) return refuse(reason, hasKey(secrets, signature), parts)
  const body = await bodies.read(request)
  if (typeof body === 'string') return refuseBody(body, parts)
  return receiveBody(body, { request, signed, signature, secrets }, parts)
}

/** Reads the body before it knows the secrets: which they are is in the body. */
async function receiveByClaim(
  request: Request,
  signature: SignatureSpec,
  { secretsOf, ...parts }: AnswerParts & { readonly secretsOf: NonNullable<VerifyParts['secretsOf']> },
): Promise<Response> {
  const { bodies, clock } = parts
  const { headers } = request
  const reason = checkPresence(headers, signature)
  if (reason !== undefined) return refuse(reason, true, parts)
  const body = await bodies.read(request)
  if (typeof body === 'string') return refuseBody(body, parts)
  const secrets = await secretsOf(new TextDecoder().decode(body), headers)
  if (secrets.length === 0)
    return refuse('no secret is known of the account that the webhook claims', true, parts, body.length)
  const received = { request, signed: { headers, now: clock.now() }, signature, secrets }
  return receiveBody(body, received, { ...parts, secrets: async () => secrets })
}

interface ReceivedRequest {
  readonly request: Request
  readonly signed: SignatureRequest
  readonly signature: SignatureSpec
  /** One of these has to verify the body. */
  readonly secrets: readonly string[]
}

async function receiveBody(
  body: Uint8Array,
  { request, signed, signature, secrets }: ReceivedRequest,
  parts: AnswerParts,
): Promise<Response> {
  const mismatch = await verifyOrRenew(secrets, parts, (some) => verifySignature(body, signed, signature, some))
  if (mismatch !== undefined) return refuse(mismatch, hasKey(secrets, signature), parts, body.length)
  parts.observed?.note({ bytes: body.length })
  const text = new TextDecoder().decode(body)
  const handshake = { request, text, isSigned: true, secrets: parts.secrets }
  const answer = await answerHandshake(handshake, parts.spec.webhook)
  return answer === undefined ? storeWebhook(text, request.headers, parts) : probed(answer, parts)
}

/** Without a key no webhook could be verified: the source is to send it again. */
function refuse(reason: string, hasKey: boolean, parts: AnswerParts, bytes?: number): Response {
  logRejected(reason, parts, { bytes })
  return hasKey ? respond(401) : new Response(NOT_SET_UP, { status: 503 })
}

/** The answer to a handshake: the source tests the address. */
function probed(answer: Response, { stats, observed }: AnswerParts): Response {
  stats.recordProbe()
  observed?.note({ outcome: 'ignored', reason: 'the source tests the address' })
  return answer
}

/** A secret may have been rotated since the source was asked for its secrets. */
async function verifyOrRenew(
  secrets: readonly string[],
  parts: Pick<ReceiveParts, 'secrets'>,
  verify: (secrets: readonly string[]) => SignatureError,
): Promise<SignatureError> {
  const mismatch = verify(secrets)
  if (mismatch === undefined) return undefined
  const others = (await parts.secrets(true)).filter((secret) => !secrets.includes(secret))
  return others.length === 0 ? mismatch : verify(others)
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

/** Logs a webhook that was sent to another path, once for each path. The source loses it: it retries at that same path. */
export function reportMisdirected(fullPath: string, { spec, logger, stats }: MisdirectedParts): void {
  const path = stats.recordMisdirected(fullPath)
  if (path !== undefined) logger.warn('webhook rejected: wrong path', { path, expected: spec.webhook.path })
}

type MisdirectedParts = Pick<VerifyParts, 'spec' | 'logger' | 'stats'>

const NOT_SET_UP = 'This connector is not set up yet: without a signing secret it accepts no webhook.\n'

async function storeWebhook(body: string, headers: Headers, parts: AnswerParts): Promise<Response> {
  const received = await readNotifications(body, headers, parts.spec.webhook)
  if (received === undefined) {
    const reason = 'the signature is valid, but the body is not a notification, or is nested too deeply'
    logRejected(reason, parts, { bytes: body.length, deepest: MAX_JSON_DEPTH })
    return respond(400)
  }
  await parts.accept(received, parts)
  return respond(200)
}

function respond(status: number, headers: Record<string, string> = {}): Response {
  return new Response(null, { status, headers })
}
