/** A destination of one's own: posts events and profiles to a collector, which takes a list of either. */
import {
  createHttpClient,
  createRateLimiter,
  type Destination,
  Fault,
  type FieldChange,
  type HttpClient,
  type HttpParts,
  type Json,
  type JsonObject,
  type Lane,
  type OutgoingMessage,
  type SendResult,
  toFault,
} from 'intercom-to-klaviyo/runtime'

export interface CollectorOptions extends Pick<HttpParts, 'fetch' | 'clock' | 'random'> {
  readonly url: string
  readonly token: string
}

/** The collector's limits: characters of a text, events and bytes of a request. */
const LONGEST_TEXT = 10_000
const BATCH = { events: 500, bytes: 1_000_000 }
const IDENTIFIERS = ['email', 'phone_number']

export class CollectorDestination implements Destination {
  readonly batch = BATCH
  readonly #options: CollectorOptions
  readonly #http: HttpClient

  constructor(options: CollectorOptions) {
    this.#options = options
    const limits = { windows: [{ limit: 50, interval: 1000 }], utilization: 1 }
    // Its own explanations of refusals would go here, as `explain`: without one a fault tells the status and no text of it.
    const api = { name: 'collector', limiter: createRateLimiter(limits, options.clock) }
    this.#http = createHttpClient({ ...options, timeout: 10_000 }, api)
  }

  async send(message: OutgoingMessage, signal: AbortSignal) {
    const current = async (mayHaveArrived: boolean) =>
      this.fit({ ...message, profile: (await message.currentProfile?.(mayHaveArrived)) ?? message.profile }).message
    const receipt = await this.#post(async (again) => [await current(again)], 'live', signal)
    const { changes } = this.fit(message)
    return { ...receipt, ...(changes.length > 0 && { changes }) }
  }

  async sendMany(messages: readonly OutgoingMessage[], lane: Lane, signal: AbortSignal) {
    const fitted = messages.map((message) => this.#tryFit(message))
    const results: SendResult[] = fitted.map((one) => (one instanceof Fault ? one : { status: 200 }))
    const sent = fitted.flatMap((message, index) =>
      !(message instanceof Fault) && isSent(message, lane) ? [{ message, index }] : [],
    )
    for (const batch of batchesOf(sent, lane)) {
      const result = await this.#post(async () => messagesOf(batch), lane, signal).catch(toFault)
      for (const { index } of batch) results[index] = result
    }
    return results
  }

  sizeOf(message: OutgoingMessage, lane: Lane) {
    const fitted = this.#tryFit(message)
    return fitted instanceof Fault ? 0 : bytesOf(fitted, lane)
  }

  fit<M extends OutgoingMessage>(message: M) {
    if (!IDENTIFIERS.some((name) => message.profile[name]))
      throw new Fault('data', 'collector/no-identifier', 'the message has neither an e-mail address nor a phone number')
    if (message.kind === 'profile') return { message, changes: [] }
    const changes: FieldChange[] = []
    const shorten = ([name, value]: [string, Json | undefined]) => {
      if (typeof value !== 'string' || value.length <= LONGEST_TEXT) return [name, value]
      changes.push({
        field: `properties.${name}`,
        action: 'shortened',
        reason: `longer than ${LONGEST_TEXT} characters`,
      })
      return [name, value.slice(0, LONGEST_TEXT)]
    }
    return {
      message: { ...message, properties: Object.fromEntries(Object.entries(message.properties).map(shorten)) },
      changes,
    }
  }

  previewBodies(messages: readonly OutgoingMessage[], lane: Lane): readonly Json[] {
    const sent = messages.filter((message) => isSent(message, lane)).map((message) => this.fit(message))
    return batchesOf(sent, lane).map((batch) => toBody(messagesOf(batch), lane))
  }

  #tryFit(message: OutgoingMessage): OutgoingMessage | Fault {
    try {
      return this.fit(message).message
    } catch (error) {
      return toFault(error)
    }
  }

  async #post(messages: (again: boolean) => Promise<readonly OutgoingMessage[]>, lane: Lane, signal: AbortSignal) {
    const { url, token } = this.#options
    const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }
    const request = async (again: boolean) =>
      new Request(url, { method: 'POST', headers, body: JSON.stringify(toBody(await messages(again), lane)) })
    const { status } = await this.#http(request, { lane, signal })
    return { status }
  }
}

/** History writes no profile: only the events of it are sent. */
const isSent = ({ kind }: OutgoingMessage, lane: Lane) => lane === 'live' || kind === 'event'

interface Fitted {
  readonly message: OutgoingMessage
}

const messagesOf = (batch: readonly Fitted[]) => batch.map(({ message }) => message)

/** As many messages in each as a request takes. */
function batchesOf<F extends Fitted>(all: readonly F[], lane: Lane): readonly F[][] {
  const batches: F[][] = []
  let bytes = Number.POSITIVE_INFINITY
  for (const fitted of all) {
    const size = bytesOf(fitted.message, lane)
    const isFull = bytes + size > BATCH.bytes || (batches.at(-1)?.length ?? 0) >= BATCH.events
    if (isFull) batches.push([])
    bytes = isFull ? size : bytes + size
    batches.at(-1)?.push(fitted)
  }
  return batches
}

/** With the comma after it. */
const bytesOf = (message: OutgoingMessage, lane: Lane) => Buffer.byteLength(JSON.stringify(toEntry(message, lane))) + 1

function toBody(messages: readonly OutgoingMessage[], lane: Lane): Json {
  return { entries: messages.map((message) => toEntry(message, lane)) }
}

/** The collector counts a key once, and starts nothing for an event that is `historical`. */
function toEntry(message: OutgoingMessage, lane: Lane): JsonObject {
  if (message.kind === 'profile') return { person: message.profile }
  const { key, metric, time, properties, profile } = message
  const identifiers = Object.fromEntries(Object.entries(profile).filter(([name]) => IDENTIFIERS.includes(name)))
  const person = lane === 'live' ? profile : identifiers
  return { key, event: metric, time, properties, person, historical: lane === 'backfill' }
}
