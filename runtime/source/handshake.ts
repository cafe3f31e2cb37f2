/** Answers the requests by which a source tests a webhook address. They hold nothing to store. */
import { isObject, parseJson } from '../lib/json.ts'
import type { Json } from '../ports/types.ts'
import type { HandshakeSpec, WebhookSpec } from '../spec/webhook-spec.ts'
import { equal } from './verify-signature.ts'

export interface HandshakeRequest {
  readonly request: Request
  /** The body of a signed request. */
  readonly text?: string
  readonly isSigned: boolean
  readonly secrets: () => Promise<readonly string[]>
}

/** Bytes. A challenge is a short text, and a stranger's text is sent back. */
const MAX_ANSWER = 4096

/** The response to a handshake. Undefined: the request is none. Throws a data `Fault` for an expression that fails. */
export async function answerHandshake(
  { request, text, isSigned, secrets }: HandshakeRequest,
  { handshakes }: Pick<WebhookSpec, 'handshakes'>,
): Promise<Response | undefined> {
  const fitting = handshakes.filter((one) => one.method === request.method && one.isSigned === isSigned)
  if (fitting.length === 0) return undefined
  const bindings = {
    query: Object.fromEntries(new URL(request.url).searchParams),
    headers: Object.fromEntries(request.headers),
  }
  const body = text === undefined ? null : (parseJson(text) ?? null)
  for (const handshake of fitting) {
    const answer = await handshake.answer.evaluate(body, bindings)
    if (answer === undefined || answer === null || answer === '') continue
    if (!(await hasToken(handshake, bindings, secrets))) return new Response(null, { status: 403 })
    return respondWith(answer)
  }
  return undefined
}

async function hasToken(
  { token }: HandshakeSpec,
  bindings: { readonly [name: string]: Json },
  secrets: HandshakeRequest['secrets'],
): Promise<boolean> {
  if (token === undefined) return true
  const value = await token.evaluate(null, bindings)
  if (typeof value !== 'string' || value === '') return false
  return (await secrets()).filter((secret) => equal(Buffer.from(secret), Buffer.from(value))).length > 0
}

/** Never HTML: a stranger chooses the text. */
function respondWith(answer: Json): Response {
  const isJson = isObject(answer) || Array.isArray(answer)
  const text = isJson ? JSON.stringify(answer) : String(answer)
  if (Buffer.byteLength(text) > MAX_ANSWER) return new Response(null, { status: 400 })
  const type = isJson ? 'application/json' : 'text/plain; charset=utf-8'
  return new Response(text, { headers: { 'content-type': type, 'x-content-type-options': 'nosniff' } })
}
