/** Makes a web-standard request of a plain one, as far as its body is still what the source has signed. */
import { Fault } from '../ports/fault.ts'
import { BODY_READ } from './lost-body.ts'

/** A request as its parts. `IncomingMessage` of Node, with itself as the body, is one. */
export interface PlainRequest {
  readonly method?: string | undefined
  /** Path and query, or the whole address. A handshake may be in the query. */
  readonly url?: string | undefined
  /** Names in any letter case; several values as a list. Also `Headers`, or a list of pairs. */
  readonly headers?: PlainHeaders | undefined
  /** The bytes as they were received: whole, as a stream of them, or as their text. Never a parsed body. */
  readonly body?: PlainBody
  /** The body is base64, as AWS Lambda passes binary ones. */
  readonly isBase64Encoded?: boolean | undefined
}

export type PlainHeaders =
  | Iterable<readonly [name: string, value: string]>
  | Readonly<Record<string, string | readonly string[] | undefined>>

export type PlainBody = Uint8Array | ArrayBuffer | string | AsyncIterable<Uint8Array> | null | undefined

/** The answer to a `PlainRequest`. Header names are in lower case. */
export interface PlainResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

const PARSED = [
  'the host passed a body that was parsed before, and the signature covers the bytes: pass the raw body as bytes or text',
  '(express.raw() in place of express.json() on this path, rawBody of Fastify, Next.js or a cloud function)',
].join(' ')

const ABSENT = [
  'the host passed no body, but the request announces one, and the signature covers its bytes: pass the raw body',
  '(rawBody of a cloud function, request.body after express.raw())',
].join(' ')

/** Throws a config `Fault` for a body that is no longer what the source has signed. */
export function toWebRequest(request: PlainRequest): Request {
  const { method = 'GET' } = request
  const headers = toHeaders(request.headers)
  if (method === 'GET' || method === 'HEAD') return new Request(webUrl(request.url), { method, headers })
  const body = toBody(request, Number(headers.get('content-length')))
  // A stream keeps the announced length. Of other bodies the length is known, and base64 has another one.
  if (!(body instanceof ReadableStream)) headers.set('content-length', String(body.length))
  const init: RequestInit & { readonly duplex: 'half' } = { method, headers, body, duplex: 'half' }
  return new Request(webUrl(request.url), init)
}

/** The path is the host's: it calls `receive` for the webhook's path only. */
const webUrl = (url = '/') =>
  URL.canParse(url, 'http://localhost') ? new URL(url, 'http://localhost').href : 'http://localhost/'

function toHeaders(from: PlainHeaders = []): Headers {
  const headers = new Headers()
  const pairs = Symbol.iterator in from ? from : Object.entries(from)
  for (const [name, values] of pairs) {
    // Pseudo-headers of HTTP/2 begin with a colon, and a web-standard request refuses them.
    if (name.startsWith(':')) continue
    for (const value of [values ?? []].flat()) if (isHeaderValue(value)) headers.append(name, value)
  }
  return headers
}

/** Others cannot be a signature. */
const isHeaderValue = (value: string) => /^[\t\x20-\x7e\x80-\xff]*$/.test(value)

function toBody(
  { body, isBase64Encoded = false }: PlainRequest,
  announced: number,
): Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> {
  if (typeof body === 'string') return Uint8Array.from(Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8'))
  if (body === undefined || body === null) {
    if (announced > 0) throw new Fault('config', 'webhook/body-lost', ABSENT)
    return new Uint8Array()
  }
  if (body instanceof Uint8Array || body instanceof ArrayBuffer) return new Uint8Array(body)
  if (!(Symbol.asyncIterator in body)) throw new Fault('config', 'webhook/body-lost', PARSED)
  if ('readableDidRead' in body && body.readableDidRead === true)
    throw new Fault('config', 'webhook/body-lost', BODY_READ)
  return streamOf(body)
}

function streamOf(chunks: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]()
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await iterator.next()
      if (done) controller.close()
      else controller.enqueue(value)
    },
    async cancel() {
      await iterator.return?.()
    },
  })
}
