/** One step of a record's way: when, what happened, and for what was not sent the reason and who must act. */
import { html } from 'hono/html'
import { formatCount } from '../../../lib/format.ts'
import type { LedgerEntry } from '../../../ports/ledger.ts'
import type { Cause, EventHistory, HistoryStep } from '../../../record-history.ts'
import { timeElement } from '../../format-html.ts'
import type { Html, PageContext } from '../../types.ts'

type Word = readonly [tone: string, word: string]

const STANDS: Readonly<Record<LedgerEntry['status'], Word>> = {
  pending: ['', 'Waiting for its turn'],
  leased: ['', 'On its way'],
  delivered: ['good', 'Sent'],
  skipped: ['', 'Left out'],
  deferred: ['warn', 'Waiting for another try'],
  dead: ['bad', 'Failed'],
}

const STEPS: Readonly<Record<HistoryStep['what'], Word>> = {
  received: ['', 'Received'],
  replayed: ['', 'Queued again'],
  between: ['warn', 'Tried'],
  delivered: STANDS.delivered,
  skipped: STANDS.skipped,
  deferred: ['warn', 'Put off'],
  dead: STANDS.dead,
}

/** Where a record, or one of its events, stands. */
export const badge = (status: LedgerEntry['status']): Html => tag(STANDS[status])

const tag = ([tone, word]: Word): Html => html`<span class="badge ${tone}">${word}</span>`

export function step(of: HistoryStep, context: PageContext): Html {
  const { at, what, blame, events } = of
  return html`<li><p>${timeElement(at)} ${tag(STEPS[what])}${details(of)}</p>
${blame && html`<dl class="facts">${blamed(blame, what, context)}</dl>`}
${events.length > 0 && html`<ul>${events.map((event) => eventItem(event, context))}</ul>`}</li>`
}

function details({ what, road, count: times = 1, last, until }: HistoryStep): Html {
  const many = what === 'between' ? `${formatCount(times)} times, one way and another` : `${formatCount(times)} times`
  return html`${road !== undefined && html` by ${road}`}
${times > 1 && html` ${many}${last !== undefined && html`, the last ${timeElement(last)}`}`}
${until !== undefined && html` <span class="soft">until ${timeElement(until)}</span>`}`
}

function eventItem({ metric, status, facts, blame }: EventHistory, context: PageContext): Html {
  return html`<li><strong>${metric}</strong> ${badge(status)}
${facts.length > 0 && html`<br><span class="soft">${facts.join(' · ')}</span>`}
${blame && html`<dl class="facts">${blamed(blame, status, context)}</dl>`}</li>`
}

function blamed(
  { message, code, place, requestId: request, who }: Cause,
  what: HistoryStep['what'] | EventHistory['status'],
  context: PageContext,
): Html {
  const letters = what === 'dead' && html` <a href="${context.link('/dead-letters')}">Dead letters</a>`
  return html`<dt>${what === 'skipped' ? 'Why not' : 'What failed'}</dt><dd>${message} <code>${code}</code></dd>
${place !== undefined && html`<dt>Where</dt><dd><code>${place}</code></dd>`}
${request !== undefined && html`<dt>Request</dt><dd><code>${request}</code></dd>`}
${who !== undefined && html`<dt>Who acts</dt><dd>${who}.${letters}</dd>`}`
}
