/** Requests, waits and retries within a page, a lookup or a send: observed before it, and parts of its span. */
import { type Span, SpanKind, type Tracer } from '@opentelemetry/api'
import type { RequestObservation, RetriedObservation, ThrottledObservation } from '../ports/observation.ts'
import { baseAttributes, requestAttributes } from './attributes.ts'
import { contextOf, fail } from './span-parts.ts'

type CallDetail = RequestObservation | ThrottledObservation | RetriedObservation

/** Calls that were not observed themselves yet. One whose observation was dropped never is. */
const MAX_CALLS = 10_000

export class CallDetails {
  readonly #tracer: Tracer
  readonly #details = new Map<number, CallDetail[]>()

  constructor(tracer: Tracer) {
    this.#tracer = tracer
  }

  record(detail: CallDetail): void {
    if (detail.call === undefined) this.#add(detail, undefined)
    else this.#keep(detail.call, detail)
  }

  /** Ends the span of a call, with what was recorded of it. */
  end({ call, at }: { readonly call: number; readonly at: number }, span: Span): void {
    const details = this.#details.get(call) ?? []
    this.#details.delete(call)
    for (const detail of details) this.#add(detail, span)
    span.end(at)
  }

  #keep(call: number, detail: CallDetail): void {
    const details = this.#details.get(call)
    if (details !== undefined) details.push(detail)
    else this.#details.set(call, [detail])
    const [oldest] = this.#details.keys()
    if (this.#details.size > MAX_CALLS && oldest !== undefined) this.#details.delete(oldest)
  }

  #add(detail: CallDetail, parent: Span | undefined): void {
    if (detail.type === 'request') this.#addRequest(detail, parent)
    else if (parent !== undefined) addEvent(parent, detail)
  }

  #addRequest(request: RequestObservation, parent: Span | undefined): void {
    const { at, durationMs, method, template, reason, bytes } = request
    const attributes = {
      ...baseAttributes(request),
      ...requestAttributes(request),
      ...(bytes !== undefined && { 'http.response.body.size': bytes }),
    }
    const options = { startTime: at - durationMs, kind: SpanKind.CLIENT, attributes }
    const name = template === undefined ? method : `${method} ${template}`
    const span = this.#tracer.startSpan(name, options, contextOf(parent))
    if (reason !== undefined) fail(span, reason)
    span.end(at)
  }
}

function addEvent(span: Span, detail: ThrottledObservation | RetriedObservation): void {
  const { at, side, reason } = detail
  const attributes = { 'connector.side': side, ...(reason !== undefined && { 'error.type': reason }) }
  if (detail.type === 'throttled')
    span.addEvent('waited for the rate limit', { ...attributes, 'connector.wait': detail.durationMs / 1000 }, at)
  else
    span.addEvent(
      'retried',
      { ...attributes, 'connector.wait': detail.pauseMs / 1000, 'connector.attempt': detail.attempt },
      at,
    )
}
