/** A destination that connector.yaml describes whole: events and profiles as JSON to any HTTP API. */
import { createHttpClient, type HttpClient, type HttpParts } from '../http/client.ts'
import type { ConnectionStatsRecorder } from '../http/connection-stats.ts'
import { createRateLimiter } from '../http/rate-limiter.ts'
import { withAuth } from '../http/with-auth.ts'
import { capitalize } from '../lib/format.ts'
import { isObject } from '../lib/json.ts'
import type { AuthProvider } from '../ports/auth.ts'
import type { Destination, FittedMessage, SendResult } from '../ports/destination.ts'
import { Fault, toFault } from '../ports/fault.ts'
import type { FieldChange, Json, JsonObject, Lane, MetricEvent, OutgoingMessage, Receipt } from '../ports/types.ts'
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
  readonly #clients: Readonly<Record<RequestName, HttpClient>>

  constructor(options: HttpDestinationOptions) {
    this.#options = options
    const { http, limits } = options.spec
    this.batch = { events: http.events.batch ?? 1, bytes: limits.request ?? REQUEST_BYTES }
    this.#clients = { events: this.#createClient('events'), profiles: this.#createClient('profiles') }
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
    const results = new Map<OutgoingMessage, SendResult>()
    const events = new Map<string, MetricEvent>()
    for (const message of messages) {
      if (message.kind === 'profile') {
        // History writes no profile: it would put attributes of today in the past.
        if (lane === 'live') results.set(message, await this.#sendAlone(message, signal))
      } else if (!events.has(message.key)) {
        const fitted = this.#tryFit(message)
        if (fitted instanceof Fault) results.set(message, fitted)
        else events.set(message.key, fitted)
      }
    }
    const sent = new Map<string, SendResult>()
    for (const batch of this.#batchesOf([...events.values()], lane)) {
      const ofBatch = await this.#sendBatch(batch, lane, signal)
      for (const [index, { key }] of batch.entries()) sent.set(key, ofBatch[index] ?? NOT_SENT)
    }
    const sentOf = (message: OutgoingMessage) => (message.kind === 'event' ? sent.get(message.key) : undefined)
    return messages.map((message) => results.get(message) ?? sentOf(message) ?? NOT_SENT)
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
    const events = messages.filter((message) => message.kind === 'event').map((event) => this.fit(event).message)
    const profiles = lane === 'live' && http.profiles ? messages.filter(({ kind }) => kind === 'profile') : []
    const bodyOf = (name: RequestName, batch: readonly OutgoingMessage[]) =>
      this.#bodyOf(name, this.#inputOf(name, batch, lane))
    const bodies = [
      ...this.#batchesOf(events, lane).map((batch) => bodyOf('events', batch)),
      ...profiles.map((message) => bodyOf('profiles', [this.fit(message).message])),
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
    const request = spec.http[name]
    // The destination takes no changes of people alone.
    if (request === undefined) return NOT_SENT
    try {
      const { status } = await withAuth(auth, signal, ({ baseUrl, headers }) =>
        this.#clients[name](
          async (again) => {
            const input = this.#inputOf(name, await messages(again), lane)
            const own = await this.#headersOf(request, input)
            const init = {
              method: request.method,
              redirect: 'manual',
              headers: { ...JSON_BODY, ...spec.headers, ...own, ...headers },
            } as const
            const body = JSON.stringify(await this.#bodyOf(name, input))
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

  async #bodyOf(name: RequestName, input: JsonObject): Promise<Json> {
    const body = await this.#options.spec.http[name]?.body.evaluate(input)
    if (isObject(body) || Array.isArray(body)) return body
    throw this.#fault('no-body', `the body of ${name} in connector.yaml gives no object and no list`)
  }

  async #headersOf(request: MessageRequestSpec, input: JsonObject) {
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

  #inputOf(name: RequestName, messages: readonly OutgoingMessage[], lane: Lane): JsonObject {
    const inputs = messages.map((message) => toInput(message, lane, this.#options))
    return this.#options.spec.http[name]?.batch === undefined ? (inputs[0] ?? {}) : { events: inputs }
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
  #batchesOf(events: readonly MetricEvent[], lane: Lane): readonly MetricEvent[][] {
    const batches: MetricEvent[][] = []
    let bytes = 0
    for (const event of events) {
      const size = this.#bytesOf(event, lane)
      const last = batches.at(-1)
      const isFull = last === undefined || last.length >= this.batch.events || bytes + size > this.batch.bytes
      if (isFull) batches.push([event])
      else last.push(event)
      bytes = isFull ? size : bytes + size
    }
    return batches
  }

  /** Of what the expression of the body sees, with a comma. */
  #bytesOf(message: OutgoingMessage, lane: Lane): number {
    return Buffer.byteLength(JSON.stringify(toInput(message, lane, this.#options))) + 1
  }

  #tryFit<M extends OutgoingMessage>(message: M): M | Fault {
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
