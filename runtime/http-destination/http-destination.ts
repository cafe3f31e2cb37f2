/** A destination that connector.yaml describes whole: events and profiles as JSON to any HTTP API. */
import { createHttpClient, type HttpClient, type HttpParts } from '../http/client.ts'
import type { ConnectionStatsRecorder } from '../http/connection-stats.ts'
import { createRateLimiter } from '../http/rate-limiter.ts'
import { withAuth } from '../http/with-auth.ts'
import { capitalize } from '../lib/format.ts'
import { isObject } from '../lib/json.ts'
import { mapMaybe } from '../lib/maybe-promise.ts'
import type { AuthProvider } from '../ports/auth.ts'
import type { Destination, FittedMessage, SendResult } from '../ports/destination.ts'
import { Fault, toFault } from '../ports/fault.ts'
import type { FieldChange, Json, JsonObject, Lane, OutgoingMessage, Receipt } from '../ports/types.ts'
import type { HttpDestinationSpec, MessageRequestSpec } from '../spec/http-spec.ts'
import type { DestinationSpec } from '../spec/spec.ts'
import { DELIVERED, explainAnswer } from './answers.ts'
import { fitTexts } from './fit-texts.ts'
import { toInput } from './message-input.ts'

export interface HttpDestinationOptions extends Pick<HttpParts, 'fetch' | 'clock' | 'random'> {
  readonly spec: DestinationSpec & { readonly http: HttpDestinationSpec }
  /** Attributes that identify a person, strongest first. */
  readonly identifiers: readonly string[]
  readonly auth: AuthProvider
  readonly stats: ConnectionStatsRecorder
}

type RequestName = 'events' | 'profiles'

/** Bytes of a request, unless the spec has a limit. */
const REQUEST_BYTES = 1_000_000

export class HttpDestination implements Destination {
  readonly batch: Destination['batch']
  readonly #options: HttpDestinationOptions
  readonly #clients = new Map<RequestName, HttpClient>()

  constructor(options: HttpDestinationOptions) {
    this.#options = options
    const { http, limits } = options.spec
    this.batch = { events: http.events.batch ?? 1, bytes: limits.request ?? REQUEST_BYTES }
    for (const name of ['events', 'profiles'] as const) this.#clients.set(name, this.#createClient(name))
  }

  async send(message: OutgoingMessage, signal: AbortSignal): Promise<Receipt> {
    const { changes } = this.fit(message)
    const current = async (mayHaveArrived: boolean) => {
      const profile = (await message.currentProfile?.(mayHaveArrived)) ?? message.profile
      return [this.fit({ ...message, profile }).message]
    }
    const receipt = await this.#post(message.kind === 'event' ? 'events' : 'profiles', current, 'live', signal)
    return { ...receipt, ...(changes.length > 0 && { changes }) }
  }

  async sendMany(
    messages: readonly OutgoingMessage[],
    lane: Lane,
    signal: AbortSignal,
  ): Promise<readonly SendResult[]> {
    const results = new Array<SendResult | undefined>(messages.length)
    const fitted = new Map<string, { readonly message: OutgoingMessage; readonly indexes: number[] }>()
    for (const [index, message] of messages.entries()) {
      // History writes no profile: it would put attributes of today in the past.
      if (message.kind === 'profile')
        results[index] = lane === 'backfill' ? NOT_SENT : await this.#sendAlone(message, signal)
      else {
        const known = fitted.get(message.key)
        if (known !== undefined) known.indexes.push(index)
        else {
          const one = this.#tryFit(message)
          if (one instanceof Fault) results[index] = one
          else fitted.set(message.key, { message: one, indexes: [index] })
        }
      }
    }
    for (const batch of this.#batchesOf([...fitted.values()], lane)) {
      const sent = await this.#sendBatch(
        batch.map(({ message }) => message),
        lane,
        signal,
      )
      for (const [at, { indexes }] of batch.entries())
        for (const index of indexes) results[index] = sent[at] ?? NOT_SENT
    }
    return results.map((result) => result ?? NOT_SENT)
  }

  sizeOf(message: OutgoingMessage, lane: Lane): number {
    const fitted = this.#tryFit(message)
    return fitted instanceof Fault ? 0 : this.#bytesOf(fitted, lane)
  }

  fit<M extends OutgoingMessage>(message: M): FittedMessage<M> {
    const { spec, identifiers } = this.#options
    const isAnonymous = message.kind === 'event' && message.contact === undefined && spec.eventsWithoutPerson === true
    if (!isAnonymous && !identifiers.some((name) => message.profile[name]))
      throw this.#fault('no-identifier', `the message has none of ${identifiers.join(', ')}`)
    const limit = spec.limits.string
    if (limit === undefined) return { message, changes: [] }
    const changes: FieldChange[] = []
    const profile = fitTexts(message.profile, limit, 'profile', changes)
    const properties = message.kind === 'event' && fitTexts(message.properties, limit, 'properties', changes)
    if (changes.length === 0) return { message, changes }
    return { message: { ...message, profile, ...(properties && { properties }) }, changes }
  }

  async previewBodies(messages: readonly OutgoingMessage[], lane: Lane): Promise<readonly Json[]> {
    const { http } = this.#options.spec
    const events = messages
      .filter(({ kind }) => kind === 'event')
      .map((message) => ({ message: this.fit(message).message }))
    const profiles = lane === 'live' && http.profiles ? messages.filter(({ kind }) => kind === 'profile') : []
    const bodies = [
      ...this.#batchesOf(events, lane).map((batch) =>
        this.#bodyOf(
          'events',
          batch.map(({ message }) => message),
          lane,
        ),
      ),
      ...profiles.map((message) => this.#bodyOf('profiles', [this.fit(message).message], lane)),
    ]
    return Promise.all(bodies)
  }

  async #sendAlone(message: OutgoingMessage, signal: AbortSignal): Promise<SendResult> {
    return this.send(message, signal).catch(toFault)
  }

  /** A refusal of several is no refusal of each: they are sent again in halves, so that only the culprits fail. */
  async #sendBatch(
    messages: readonly OutgoingMessage[],
    lane: Lane,
    signal: AbortSignal,
  ): Promise<readonly SendResult[]> {
    const result = await this.#post('events', async () => messages, lane, signal).catch(toFault)
    if (!(result instanceof Fault) || result.kind !== 'data' || messages.length === 1) return messages.map(() => result)
    const middle = Math.ceil(messages.length / 2)
    const first = await this.#sendBatch(messages.slice(0, middle), lane, signal)
    return [...first, ...(await this.#sendBatch(messages.slice(middle), lane, signal))]
  }

  async #post(
    name: RequestName,
    messages: (again: boolean) => Promise<readonly OutgoingMessage[]>,
    lane: Lane,
    signal: AbortSignal,
  ): Promise<Receipt> {
    const { spec, auth } = this.#options
    const client = this.#clients.get(name)
    const request = spec.http[name]
    // The destination takes no changes of people alone.
    if (request === undefined || client === undefined) return NOT_SENT
    try {
      const { status } = await withAuth(auth, signal, ({ baseUrl, headers }) =>
        client(
          async (again) => {
            const sent = await messages(again)
            const own = await this.#headersOf(request, sent, lane)
            const init = {
              method: request.method,
              redirect: 'manual',
              headers: { ...JSON_BODY, ...spec.headers, ...own, ...headers },
            } as const
            const body = JSON.stringify(await this.#bodyOf(name, sent, lane))
            return new Request(new URL(baseUrl + (spec.endpoints[name]?.path ?? '')), { ...init, body })
          },
          { lane, signal },
        ),
      )
      return { status }
    } catch (error) {
      const fault = toFault(error)
      if (fault.code !== `${spec.name}/${DELIVERED}`) throw fault
      return { status: fault.details.status ?? 200 }
    }
  }

  async #bodyOf(name: RequestName, messages: readonly OutgoingMessage[], lane: Lane): Promise<Json> {
    const request = this.#options.spec.http[name]
    const body = await mapMaybe(request?.body.evaluate(this.#inputOf(request, messages, lane)), (value) => value)
    if (isObject(body) || Array.isArray(body)) return body
    throw this.#fault('no-body', `the body of ${name} in connector.yaml gives no object and no list`)
  }

  async #headersOf(request: MessageRequestSpec, messages: readonly OutgoingMessage[], lane: Lane) {
    const input = this.#inputOf(request, messages, lane)
    const headers: Record<string, string> = {}
    for (const [name, expression] of request.headers) {
      const value = await expression.evaluate(input)
      if (value === undefined || value === null || value === '') continue
      // Any other character makes the request throw an error that quotes it.
      if (!/^[\x20-\x7e]+$/.test(String(value)))
        throw this.#fault('header', `the value of the header ${name} has characters that a header cannot hold`)
      headers[name] = String(value)
    }
    return headers
  }

  #inputOf(request: MessageRequestSpec, messages: readonly OutgoingMessage[], lane: Lane): JsonObject {
    const inputs = messages.map((message) => toInput(message, lane, this.#options))
    return request.batch === undefined ? (inputs[0] ?? {}) : { events: inputs }
  }

  #createClient(name: RequestName): HttpClient {
    const { spec, stats, clock } = this.#options
    const { windows = [] } = spec.endpoints[name] ?? {}
    const limiter = createRateLimiter({ windows, utilization: spec.utilization }, clock)
    const explain = (status: number) => explainAnswer(status, spec.http.answers)
    return stats.watch(
      name,
      limiter,
      createHttpClient({ ...this.#options, timeout: spec.timeout }, { name: spec.name, limiter, explain }),
    )
  }

  /** As many in each as a request takes. */
  #batchesOf<F extends { readonly message: OutgoingMessage }>(all: readonly F[], lane: Lane): readonly F[][] {
    const batches: F[][] = []
    let bytes = 0
    for (const fitted of all) {
      const size = this.#bytesOf(fitted.message, lane)
      const last = batches.at(-1)
      const isFull = last === undefined || last.length >= this.batch.events || bytes + size > this.batch.bytes
      if (isFull) batches.push([fitted])
      else last.push(fitted)
      bytes = isFull ? size : bytes + size
    }
    return batches
  }

  /** Of what the expression of the body sees, with a comma. */
  #bytesOf(message: OutgoingMessage, lane: Lane): number {
    return Buffer.byteLength(JSON.stringify(toInput(message, lane, this.#options))) + 1
  }

  #tryFit(message: OutgoingMessage): OutgoingMessage | Fault {
    try {
      return this.fit(message).message
    } catch (error) {
      return toFault(error)
    }
  }

  #fault(code: string, message: string): Fault {
    const { name } = this.#options.spec
    return new Fault('data', `${name}/${code}`, `not sent to ${capitalize(name)}: ${message}`)
  }
}

const JSON_BODY = { 'Content-Type': 'application/json' }
/** Nothing had to be sent. */
const NOT_SENT: Receipt = { status: 204 }
