/**
 * Attributes of spans and metrics: of the semantic conventions for messaging and HTTP where they fit, else `connector.*`.
 *
 * A request has `url.template`, never `url.full`: paths and queries hold ids and addresses of people.
 */
import type { Attributes } from '@opentelemetry/api'
import type {
  DeferredObservation,
  ObservedRecord,
  RequestObservation,
  SettledObservation,
  WaitedObservation,
} from '../ports/observation.ts'

/** `messaging.system` of what the store queues. */
export const SYSTEM = 'connector'

export const baseAttributes = ({ tenant }: { readonly tenant?: string | undefined }): Attributes =>
  tenant === undefined ? {} : { 'connector.tenant': tenant }

export function outcomeAttributes(ended: { readonly outcome: string; readonly reason?: string }): Attributes {
  const { outcome, reason } = ended
  return { 'connector.outcome': outcome, ...(reason !== undefined && { 'connector.reason': reason }) }
}

export type EndObservation = SettledObservation | DeferredObservation | WaitedObservation

/** `connector.outcome` of an attempt, and whether it failed. */
export function attemptResult(end: EndObservation): { readonly outcome: string; readonly isFailure: boolean } {
  switch (end.type) {
    case 'settled':
      return { outcome: end.outcome, isFailure: end.outcome === 'dead' }
    case 'deferred':
      return { outcome: 'deferred', isFailure: true }
    case 'waited':
      return { outcome: 'waiting', isFailure: false }
  }
}

export function attemptAttributes(attempt: ObservedRecord & { readonly tenant?: string }): Attributes {
  const { record, ingress, lane, topic = attempt.stream } = attempt
  return {
    ...baseAttributes(attempt),
    'messaging.system': SYSTEM,
    'messaging.message.id': record,
    ...(topic !== undefined && { 'messaging.destination.name': topic }),
    'connector.ingress': ingress,
    'connector.lane': lane,
    'connector.attempt': attempt.attempt,
  }
}

/** Without those that would give a metric too many time series. */
export function requestAttributes(request: RequestObservation): Attributes {
  const { method, host, template, status, attempt, reason, side, lane } = request
  const [address = host, port] = host.split(/:(\d+)$/)
  return {
    'http.request.method': method,
    'server.address': address,
    ...(port !== undefined && { 'server.port': Number(port) }),
    ...(template !== undefined && { 'url.template': template }),
    ...(status !== undefined && { 'http.response.status_code': status }),
    ...(attempt > 1 && { 'http.request.resend_count': attempt - 1 }),
    ...(reason !== undefined && { 'error.type': reason }),
    'connector.side': side,
    'connector.lane': lane,
  }
}
