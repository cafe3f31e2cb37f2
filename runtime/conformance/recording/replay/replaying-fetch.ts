/** Answers requests from recorded exchanges. Nothing goes to the network. */
import { parseJson } from '../../../lib/json.ts'
import type { Fetch } from '../../../ports/effects.ts'
import { Fault } from '../../../ports/fault.ts'
import type { Exchange } from '../recording.ts'
import { findSide, type SideAddresses, toResponse } from '../recording-fetch.ts'
import { ExchangeMatcher, type SentRequest } from './match-exchange.ts'

export class ReplayingFetch {
  readonly #matcher: ExchangeMatcher
  readonly #addresses: SideAddresses
  readonly #unmatched: string[] = []

  constructor(exchanges: readonly Exchange[], addresses: SideAddresses) {
    this.#matcher = new ExchangeMatcher(exchanges)
    this.#addresses = addresses
  }

  /** Requests without an answer, without personal data, in their order. */
  get unmatched(): readonly string[] {
    return this.#unmatched
  }

  /** Rejects with a permanent config fault for a request that was not recorded. */
  readonly fetch: Fetch = async (request) => {
    const text = await request.text()
    const body = parseJson(text)
    const { side } = findSide(request.url, this.#addresses) ?? {}
    const { method, url } = request
    const sent: SentRequest = { method, url, ...(side && { side }), ...(body !== undefined && { body }) }
    const found = this.#matcher.take(sent)
    if (found !== undefined) return toResponse(found)
    const nearest = this.#matcher.nearest(sent)
    const described = describeRequest(sent)
    this.#unmatched.push(described)
    const hint =
      nearest === undefined ? 'it has none to this side' : `the nearest it has is ${describeRequest(nearest)}`
    const message = `the recording has no answer to ${described}; ${hint}. Record it again with this spec, or add the exchange to exchanges.json`
    throw new Fault('config', 'recording/unmatched', message, { permanent: true })
  }
}

/** Method, path and names of the query. Ids are cut to their last digits. */
function describeRequest({ method, url }: Pick<SentRequest, 'method' | 'url'>): string {
  const { pathname, searchParams } = new URL(url)
  const path = pathname.split('/').map(maskId).join('/')
  const names = [...new Set(searchParams.keys())]
  return `${method} ${path}${names.length > 0 ? `?${names.map((name) => `${name}=…`).join('&')}` : ''}`
}

/** A segment of letters is a name of the API; any other may be an id, or an address. */
const maskId = (segment: string) =>
  segment === '' || /^[a-z][a-z_-]{0,40}$/i.test(segment) ? segment : `…${/\w{0,4}$/.exec(segment)?.[0] ?? ''}`
