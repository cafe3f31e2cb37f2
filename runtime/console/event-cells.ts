/** Table cells of an event: how its record was received, and how its delivery ended. */
import { html } from 'hono/html'
import { capitalize, formatReceipt } from '../lib/format.ts'
import type { LedgerEvent } from '../ports/ledger.ts'
import type { EventResult, Ingress } from '../ports/types.ts'
import { describeSkipReason } from '../skip-reasons.ts'
import { adviceOnFault } from './advice.ts'
import { faultCode } from './fault-link.ts'
import { breakAtDots } from './format-html.ts'
import type { Html, PageContext } from './types.ts'

const INGRESS_LABELS: Readonly<Record<Ingress, string>> = {
  webhook: 'Webhook',
  backfill: 'Import',
  reconcile: 'Check for missed webhooks',
  replay: 'Manual retry',
}

export function ingressCell({ ingress, topic, stream }: Pick<LedgerEvent, 'ingress' | 'topic' | 'stream'>): Html {
  const origin = topic ?? stream
  return html`${INGRESS_LABELS[ingress]}${origin && html`<code class="origin">${breakAtDots(origin)}</code>`}`
}

const STATUS_BADGES: Readonly<Record<EventResult['status'], readonly [tone: string, label: string]>> = {
  delivered: ['good', 'Delivered'],
  skipped: ['', 'Skipped'],
  deferred: ['warn', 'Waiting to retry'],
  dead: ['bad', 'Failed'],
}

/** The person of an event, masked. Events of earlier versions have none. */
export const personCell = ({ person, contact }: Pick<EventResult, 'person' | 'contact'>): Html =>
  person === undefined
    ? html`<span class="soft">${contact === undefined ? 'None' : 'No e-mail or phone'}</span>`
    : html`<span dir="auto">${person}</span>`

export function statusBadge({ status }: Pick<EventResult, 'status'>): Html {
  const [tone, label] = STATUS_BADGES[status]
  return html`<span class="badge ${tone}">${label}</span>`
}

/** A badge, then the reason, or the fault and how to act on it. */
export function statusCell(event: EventResult, context: PageContext): Html {
  return html`${statusBadge(event)}${statusDetails(event, context)}`
}

function statusDetails({ status, reason, fault, receipt, lane }: EventResult, { options }: PageContext): Html | false {
  if (status === 'skipped') return html` <span class="soft">${capitalize(describeSkipReason(reason ?? ''))}.</span>`
  if (status === 'delivered') {
    const details = [...(lane === 'backfill' ? ['as history'] : []), ...formatReceipt(receipt)].join(', ')
    return details !== '' && html` <span class="soft">${details}</span>`
  }
  if (fault === undefined)
    return reason !== undefined && html` <span class="soft">${capitalize(describeSkipReason(reason))}.</span>`
  const place = fault.place && html` <code>${fault.place}</code>`
  return html` <span class="soft">${capitalize(fault.message)}${place} (${faultCode(fault.code, options)}). ${adviceOnFault(fault.kind, status === 'dead', options)}</span>`
}
