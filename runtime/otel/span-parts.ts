/** What all spans share: their parent, and their failure. */
import { type Context, ROOT_CONTEXT, type Span, SpanStatusCode, trace } from '@opentelemetry/api'

export const contextOf = (parent: Span | undefined): Context =>
  parent === undefined ? ROOT_CONTEXT : trace.setSpan(ROOT_CONTEXT, parent)

/** `reason`: a skip reason or the code of a fault, never a message. */
export function fail(span: Span, reason: string | undefined): void {
  if (reason !== undefined) span.setAttribute('error.type', reason)
  span.setStatus({ code: SpanStatusCode.ERROR, ...(reason !== undefined && { message: reason }) })
}
