/** One line of the ledger in words: how it came and how it ended. */
import { html } from 'hono/html'
import { whoActs } from '../ports/fault.ts'
import type { LedgerEvent } from '../ports/ledger.ts'
import type { EventResult, Ingress } from '../ports/types.ts'
import { describeSkipReason } from '../skip-reasons.ts'
import type { Html } from './types.ts'

const ROADS: Readonly<Record<Ingress, string>> = {
  webhook: 'Webhook',
  backfill: 'Import',
  reconcile: 'Found by re-reading',
  replay: 'Sent again by hand',
}

export function ingressCell({ ingress, topic, stream }: Pick<LedgerEvent, 'ingress' | 'topic' | 'stream'>): Html {
  const from = topic ?? stream
  return html`${ROADS[ingress]}${from && html`<code class="from">${from}</code>`}`
}

const ENDS: Readonly<Record<EventResult['status'], readonly [tone: string, word: string]>> = {
  delivered: ['good', 'Sent'],
  skipped: ['', 'Left out'],
  deferred: ['warn', 'Waiting'],
  dead: ['bad', 'Failed'],
}

/** A badge, then what one may want to know: the reason, or the fault and who must act. */
export function statusCell(event: EventResult): Html {
  const [tone, word] = ENDS[event.status]
  return html`<span class="badge ${tone}">${word}</span>${because(event)}`
}

function because({ status, reason, fault, receipt, lane }: EventResult): Html | false {
  if (status === 'skipped') return html` <span class="soft">${describeSkipReason(reason ?? '')}</span>`
  if (status === 'delivered') {
    const without = receipt?.omittedFields?.length ? `without ${receipt.omittedFields.join(', ')}` : ''
    const quiet = lane === 'backfill' ? 'as history' : ''
    const more = [quiet, without].filter(Boolean).join(', ')
    return more !== '' && html` <span class="soft">${more}</span>`
  }
  if (fault === undefined) return false
  const place = fault.place && html` <code>${fault.place}</code>`
  return html` <span class="soft">${fault.message}${place}. Who acts: ${whoActs(fault, status === 'dead')}.</span>`
}
