/** Spans: one of each webhook, one of each attempt in the trace of its webhook, and below it mapping, lookups, sends, requests. */
import {
  type Context,
  context,
  type Link,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import { formatTraceparent, readTraceparent } from '../observe/traceparent.ts'
import type {
  LookupObservation,
  MappedObservation,
  Observation,
  PageObservation,
  ReceivedObservation,
  SentObservation,
  StartedObservation,
  TraceStart,
} from '../ports/observation.ts'
import {
  attemptAttributes,
  attemptResult,
  baseAttributes,
  type EndObservation,
  outcomeAttributes,
} from './attributes.ts'
import { CallDetails } from './call-details.ts'
import { OpenSpans } from './open-spans.ts'
import { contextOf, fail } from './span-parts.ts'

export class SpanRecorder {
  readonly #tracer: Tracer
  /** Of webhooks that are being stored, by traceparent. */
  readonly #received = new OpenSpans()
  /** Of attempts, by record. */
  readonly #attempts = new OpenSpans()
  /** Of pages, lookups and sends. */
  readonly #details: CallDetails

  constructor(tracer: Tracer) {
    this.#tracer = tracer
    this.#details = new CallDetails(tracer)
  }

  /** Begins the span of a webhook: within the host's own, or in the trace of the request, or in a new one. */
  startTrace({ at, traceparent, tenant }: TraceStart): string {
    const isWithinHost = trace.getActiveSpan() !== undefined
    const parent = isWithinHost ? context.active() : remoteContext(traceparent)
    const options = {
      startTime: at,
      kind: isWithinHost ? SpanKind.INTERNAL : SpanKind.SERVER,
      attributes: baseAttributes({ tenant }),
    }
    const span = this.#tracer.startSpan('receive', options, parent)
    const { traceId, spanId, traceFlags } = span.spanContext()
    const own = formatTraceparent({ traceId, spanId, flags: traceFlags })
    this.#received.add(own, span, at)
    return own
  }

  record(observation: Observation): void {
    switch (observation.type) {
      case 'received':
        this.#endReceived(observation)
        break
      case 'page':
        this.#recordPage(observation)
        break
      case 'started':
        this.#startAttempt(observation)
        break
      case 'lookup':
        this.#recordLookup(observation)
        break
      case 'mapped':
        this.#recordMapping(observation)
        break
      case 'sent':
        this.#recordSend(observation)
        break
      case 'settled':
      case 'deferred':
      case 'waited':
        this.#endAttempt(observation)
        break
      case 'request':
      case 'throttled':
      case 'retried':
        this.#details.record(observation)
        break
      case 'dropped':
        break
    }
  }

  #endReceived(received: ReceivedObservation): void {
    const { at, durationMs, topic, trace: own } = received
    const span =
      (own === undefined ? undefined : this.#received.take(own)) ??
      this.#tracer.startSpan('receive', { startTime: at - durationMs, kind: SpanKind.SERVER }, ROOT_CONTEXT)
    if (topic !== undefined) span.updateName(`receive ${topic}`)
    span.setAttributes({
      ...baseAttributes(received),
      ...outcomeAttributes(received),
      'http.request.method': 'POST',
      'http.response.status_code': received.status,
      'messaging.operation.name': 'receive',
      'messaging.operation.type': 'receive',
      ...(topic !== undefined && { 'messaging.destination.name': topic }),
      ...(received.record !== undefined && { 'messaging.message.id': received.record }),
      ...(received.bytes !== undefined && { 'messaging.message.body.size': received.bytes }),
    })
    if (received.outcome === 'failed' || received.outcome === 'rejected') fail(span, received.reason)
    span.end(at)
  }

  #startAttempt(started: StartedObservation): void {
    const { at, topic, stream, ageMs, cutOffs } = started
    const options = {
      startTime: at,
      kind: SpanKind.CONSUMER,
      attributes: {
        ...attemptAttributes(started),
        'messaging.operation.name': 'process',
        'messaging.operation.type': 'process',
        'connector.record.age': ageMs / 1000,
        ...(cutOffs !== undefined && { 'connector.record.cut_offs': cutOffs }),
      },
    }
    const span = this.#tracer.startSpan(
      `process ${topic ?? stream ?? ''}`.trim(),
      options,
      remoteContext(started.trace),
    )
    this.#attempts.add(recordKey(started), span, at)
  }

  #recordMapping(mapped: MappedObservation): void {
    const attributes = {
      ...baseAttributes(mapped),
      ...outcomeAttributes(mapped),
      'connector.events': mapped.events.length,
    }
    const span = this.#child(mapped, { name: 'map', kind: SpanKind.INTERNAL, attributes, record: mapped.record })
    addEvents(span, mapped)
    if (mapped.outcome === 'failed') fail(span, mapped.reason)
    span.end(mapped.at)
  }

  #recordPage(page: PageObservation): void {
    const { stream, items } = page
    const attributes = { ...baseAttributes(page), 'connector.stream': stream, 'connector.items': items }
    this.#details.end(page, this.#child(page, { name: `read ${stream}`, kind: SpanKind.INTERNAL, attributes }))
  }

  #recordLookup(call: LookupObservation): void {
    const { lookup, found, outcome, record, reason } = call
    const attributes = {
      ...baseAttributes(call),
      ...outcomeAttributes(call),
      'connector.lookup': lookup,
      'connector.items': found,
    }
    const span = this.#child(call, { name: `lookup ${lookup}`, kind: SpanKind.INTERNAL, attributes, record })
    if (outcome === 'failed') fail(span, reason)
    this.#details.end(call, span)
  }

  /** A message of its own is sent within the attempt of its record; many in a span of their own, with links both ways. */
  #recordSend(sent: SentObservation): void {
    const { side, lane, bulk, messages } = sent
    const [first] = messages
    const attributes = {
      ...baseAttributes(sent),
      'messaging.system': side,
      'messaging.operation.name': 'send',
      'messaging.operation.type': 'send',
      'connector.lane': lane,
      ...(bulk
        ? { 'messaging.batch.message_count': messages.length }
        : first && { 'messaging.destination.name': first.metric }),
    }
    const attempts = messages.flatMap(({ record, metric }) => {
      const span = record === undefined ? undefined : this.#attempts.get(recordKey({ ...sent, record }))
      return span === undefined ? [] : [{ span, metric }]
    })
    const links: Link[] = bulk
      ? attempts.map(({ span, metric }) => ({
          context: span.spanContext(),
          attributes: { 'connector.metric': metric },
        }))
      : []
    const name = bulk ? 'send bulk' : `send ${first?.metric ?? ''}`
    const record = bulk ? undefined : first?.record
    const span = this.#child(sent, { name, kind: SpanKind.PRODUCER, attributes, record, links })
    if (bulk) linkEach(attempts, span.spanContext())
    const refused = messages.filter(({ outcome }) => outcome === 'refused')
    if (refused.length > 0) {
      span.setAttribute('connector.refused', refused.length)
      fail(span, refused[0]?.reason)
    }
    this.#details.end(sent, span)
  }

  #endAttempt(end: EndObservation): void {
    const span = this.#attempts.take(recordKey(end))
    if (span === undefined) return
    const { outcome, isFailure } = attemptResult(end)
    span.setAttributes(outcomeAttributes({ ...end, outcome }))
    addEvents(span, end)
    if (isFailure) fail(span, end.reason)
    span.end(end.at)
  }

  /** A span that is reported at its end, within the attempt of its record, if there is one. */
  #child({ at, durationMs, tenant }: ChildTime, { name, kind, attributes, record, links = [] }: Child): Span {
    const key = record === undefined ? undefined : recordKey({ tenant, record })
    const parent = key === undefined ? undefined : this.#attempts.get(key)
    return this.#tracer.startSpan(name, { startTime: at - durationMs, kind, attributes, links }, contextOf(parent))
  }
}

interface ChildTime {
  readonly at: number
  readonly durationMs: number
  readonly tenant?: string
}

interface Child {
  readonly name: string
  readonly kind: SpanKind
  readonly attributes: ReturnType<typeof baseAttributes>
  readonly record?: string | undefined
  readonly links?: Link[]
}

const recordKey = ({
  tenant = '',
  record,
}: {
  readonly tenant?: string | undefined
  readonly record: string
}): string => `${tenant}\0${record}`

function remoteContext(traceparent: string | undefined): Context {
  const read = readTraceparent(traceparent)
  if (read === undefined) return ROOT_CONTEXT
  const { traceId, spanId, flags } = read
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: flags, isRemote: true })
}

/** The occurrences of a record. */
function addEvents(span: Span, { at, events }: MappedObservation | EndObservation): void {
  for (const { metric, outcome, reason = '' } of events)
    span.addEvent(`event ${outcome}`, { 'connector.metric': metric, 'connector.reason': reason }, at)
}

/** One link for each attempt, however many of its events are in the request. */
function linkEach(attempts: readonly { readonly span: Span }[], to: SpanContext): void {
  for (const span of new Set(attempts.map((attempt) => attempt.span))) span.addLink({ context: to })
}
