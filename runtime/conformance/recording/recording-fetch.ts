/** Notes the exchanges with both sides while requests go to the network. */
import { parseJson } from '../../lib/json.ts'
import type { Fetch } from '../../ports/effects.ts'
import type { Json } from '../../ports/types.ts'
import { type Exchange, KEPT_HEADERS, type RecordedSide } from './recording.ts'

/** By side: where requests go, and the address that stands for it in a recording. */
export type SideAddresses = Readonly<Partial<Record<RecordedSide, SideAddress>>>

export interface SideAddress {
  readonly baseUrl: string
  /** The vendor's own address. Default: `baseUrl`. */
  readonly publicUrl?: string
}

export interface RecordingFetchOptions {
  readonly fetch: Fetch
  readonly addresses: SideAddresses
  /** Changes an exchange before it is noted and answered. Default: none. */
  readonly edit?: (exchange: Exchange) => Promise<Exchange>
}

/** Requests to other addresses pass unnoted, and so do those without an answer: the connector repeats them. */
export class RecordingFetch {
  readonly #options: RecordingFetchOptions
  readonly #noted: { exchange?: Exchange }[] = []

  constructor(options: RecordingFetchOptions) {
    this.#options = options
  }

  /** In the order in which the requests were sent. */
  get exchanges(): readonly Exchange[] {
    return this.#noted.flatMap(({ exchange }) => (exchange === undefined ? [] : [exchange]))
  }

  readonly fetch: Fetch = async (request) => {
    const { addresses, edit = async (exchange) => exchange } = this.#options
    const send = this.#options.fetch
    const found = findSide(request.url, addresses)
    if (found === undefined) return send(request)
    const slot: { exchange?: Exchange } = {}
    this.#noted.push(slot)
    const sent = await readBody(request.clone())
    const response = await send(request)
    const { side, url } = found
    const headers = Object.fromEntries([...response.headers].filter(([name]) => KEPT_HEADERS.includes(name)))
    const body = (await readBody(response)) ?? null
    const { method } = request
    slot.exchange = await edit({
      side,
      request: { method, url, ...(sent !== undefined && { body: sent }) },
      response: { status: response.status, headers, body },
    })
    return toResponse(slot.exchange, response.headers)
  }
}

/** The side of a URL, and the URL on its public address. The longest address wins. */
export function findSide(
  url: string,
  addresses: SideAddresses,
): { readonly side: RecordedSide; readonly url: string } | undefined {
  const sides = Object.entries(addresses) as [RecordedSide, SideAddress][]
  const found = sides
    .map(([side, { baseUrl, publicUrl = baseUrl }]) => ({ side, base: trimSlash(baseUrl), to: trimSlash(publicUrl) }))
    .filter(({ base }) => url.startsWith(base) && /^($|[/?#])/.test(url.slice(base.length)))
    .sort((a, b) => b.base.length - a.base.length)[0]
  return found && { side: found.side, url: found.to + url.slice(found.base.length) }
}

const trimSlash = (url: string) => url.replace(/\/$/, '')

async function readBody(message: Request | Response): Promise<Json | undefined> {
  if (message.body === null) return undefined
  const text = await message.text()
  return text === '' ? undefined : (parseJson(text) ?? text)
}

const WITHOUT_BODY: ReadonlySet<number> = new Set([101, 204, 205, 304])

/** The recorded response. `headers`: those that it had, where they are known. */
export function toResponse({ response }: Exchange, headers?: Headers): Response {
  const { status, body } = response
  const sent = new Headers(headers ?? response.headers)
  // The body is unpacked, and may have been edited. A replay has no `Date`: the time is that of its clock.
  for (const name of ['content-encoding', 'content-length', 'transfer-encoding', 'date']) sent.delete(name)
  const text = typeof body === 'string' && !isJson(sent) ? body : JSON.stringify(body)
  return new Response(body === null || WITHOUT_BODY.has(status) ? null : text, { status, headers: sent })
}

const isJson = (headers: Headers) => /json/i.test(headers.get('content-type') ?? 'json')
