/** Metrics: what arrives, what it becomes, how long it takes, and what holds it up. */
import type { Attributes, Meter } from '@opentelemetry/api'
import type { Observation } from '../ports/observation.ts'
import { attemptResult, baseAttributes, type EndObservation, requestAttributes, SYSTEM } from './attributes.ts'

/** Seconds, from a millisecond to the longest wait in process. */
const SECONDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
/** Seconds, from a webhook that is delivered at once to one that waits for days. */
const AGES = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 3600, 21_600, 86_400, 604_800]

export class MetricRecorder {
  readonly #hasTenants: boolean
  readonly #instruments: ReturnType<typeof createInstruments>

  constructor(meter: Meter, hasTenants: boolean) {
    this.#hasTenants = hasTenants
    this.#instruments = createInstruments(meter)
  }

  record(observation: Observation): void {
    const { webhooks, receiving, pages, lookups, sending, requests, waits, retries, dropped } = this.#instruments
    const base = this.#hasTenants ? baseAttributes(observation) : {}
    switch (observation.type) {
      case 'received': {
        const { outcome, status, topic, durationMs } = observation
        webhooks.add(1, { ...base, 'connector.outcome': outcome, ...destination(topic) })
        receiving.record(durationMs / 1000, {
          ...base,
          'http.request.method': 'POST',
          'http.response.status_code': status,
        })
        break
      }
      case 'page':
        pages.add(observation.items, {
          ...base,
          'connector.stream': observation.stream,
          'connector.ingress': observation.ingress,
        })
        break
      case 'lookup':
        lookups.record(observation.durationMs / 1000, {
          ...base,
          'connector.lookup': observation.lookup,
          'connector.outcome': observation.outcome,
        })
        break
      case 'sent':
        this.#recordMessages(observation, base)
        sending.record(observation.durationMs / 1000, {
          ...base,
          'messaging.system': observation.side,
          'messaging.operation.name': observation.bulk ? 'send bulk' : 'send',
          'connector.lane': observation.lane,
        })
        break
      case 'settled':
      case 'deferred':
      case 'waited':
        this.#recordEnd(observation, base)
        break
      case 'request':
        requests.record(observation.durationMs / 1000, { ...base, ...requestAttributes(observation) })
        break
      case 'throttled':
        waits.record(observation.durationMs / 1000, { ...base, ...sideAndLane(observation) })
        break
      case 'retried':
        retries.add(1, { ...base, ...sideAndLane(observation), 'error.type': observation.reason })
        break
      case 'dropped':
        dropped.add(observation.count, base)
        break
      case 'started':
      case 'mapped':
        break
    }
  }

  #recordMessages({ side, lane, messages }: Extract<Observation, { readonly type: 'sent' }>, base: Attributes): void {
    for (const { metric, outcome, reason } of messages)
      this.#instruments.messages.add(1, {
        ...base,
        'messaging.system': side,
        'messaging.destination.name': metric,
        'connector.lane': lane,
        'connector.outcome': outcome,
        ...(reason !== undefined && { 'error.type': reason }),
      })
  }

  #recordEnd(end: EndObservation, base: Attributes): void {
    const { processing, events, age } = this.#instruments
    const { outcome, isFailure } = attemptResult(end)
    const attributes = {
      ...base,
      ...destination(end.topic ?? end.stream),
      'connector.ingress': end.ingress,
      'connector.lane': end.lane,
      'connector.outcome': outcome,
    }
    processing.record(end.durationMs / 1000, {
      ...attributes,
      'messaging.system': SYSTEM,
      'messaging.operation.name': 'process',
      ...(isFailure && { 'error.type': end.reason ?? '_OTHER' }),
    })
    if (end.type === 'settled') age.record(end.ageMs / 1000, attributes)
    for (const { metric, outcome: result, lane, reason } of end.events)
      events.add(1, {
        ...base,
        'connector.metric': metric,
        'connector.outcome': result,
        'connector.lane': lane,
        ...(reason !== undefined && { 'connector.reason': reason }),
      })
  }
}

const destination = (name: string | undefined): Attributes =>
  name === undefined ? {} : { 'messaging.destination.name': name }

const sideAndLane = ({ side, lane }: { readonly side: string; readonly lane: string }): Attributes => ({
  'connector.side': side,
  'connector.lane': lane,
})

/** Durations in seconds, as the semantic conventions have them. */
function createInstruments(meter: Meter) {
  const seconds = (name: string, description: string, bounds = SECONDS) =>
    meter.createHistogram(name, { unit: 's', description, advice: { explicitBucketBoundaries: bounds } })
  const count = (name: string, unit: string, description: string) => meter.createCounter(name, { unit, description })
  return {
    webhooks: count('connector.webhooks', '{webhook}', 'Webhooks, by outcome.'),
    receiving: seconds('http.server.request.duration', 'Time to answer a webhook.'),
    pages: count('connector.page.items', '{item}', 'Items of the pages read from streams.'),
    lookups: seconds('connector.lookup.duration', 'Time to fetch a lookup from the source.'),
    messages: count('messaging.client.sent.messages', '{message}', 'Messages to the destination, by outcome.'),
    sending: seconds('messaging.client.operation.duration', 'Time of a call of the destination.'),
    processing: seconds('messaging.process.duration', 'Time of an attempt at a record.'),
    age: seconds('connector.record.age', 'Age of a record when it is settled.', AGES),
    events: count('connector.events', '{event}', 'Events of records whose attempt ended, by outcome.'),
    requests: seconds('http.client.request.duration', 'Time of one try of a request.'),
    waits: seconds('connector.rate_limit.wait.duration', 'Time that a request waited for the rate limit.'),
    retries: count('connector.request.retries', '{retry}', 'Requests tried again in process.'),
    dropped: count('connector.observations.dropped', '{observation}', 'Observations that the hook missed.'),
  }
}
