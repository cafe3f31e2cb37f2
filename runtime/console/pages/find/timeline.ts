/** One step of a record's timeline: its time and outcome, and for a failure or a skip the reason and how to act on it. */
import { html } from 'hono/html'
import { capitalize, formatCount } from '../../../lib/format.ts'
import type { LedgerEntry } from '../../../ports/ledger.ts'
import {
  awaitsContact,
  type Cause,
  describeOrigin,
  type EventHistory,
  type HistoryStep,
} from '../../../record-history.ts'
import { adviceOnFault, adviceOnSkip } from '../../advice.ts'
import { faultPlaceFacts } from '../../fault-fields.ts'
import { faultCode, skipReasonCode } from '../../fault-link.ts'
import { timeElement, withLocalTimes } from '../../format-html.ts'
import type { Html, PageContext } from '../../types.ts'

type BadgeText = readonly [tone: string, label: string]

const STATUS_BADGES: Readonly<Record<LedgerEntry['status'], BadgeText>> = {
  pending: ['', 'Queued'],
  leased: ['', 'Being delivered'],
  delivered: ['good', 'Delivered'],
  skipped: ['', 'Skipped'],
  deferred: ['warn', 'Waiting to retry'],
  dead: ['bad', 'Failed'],
}

const STEP_BADGES: Readonly<Record<HistoryStep['kind'], BadgeText>> = {
  received: ['', 'Received'],
  replayed: ['', 'Queued for retry'],
  between: ['warn', 'Attempted'],
  delivered: STATUS_BADGES.delivered,
  skipped: STATUS_BADGES.skipped,
  deferred: ['warn', 'Waiting to retry'],
  dead: STATUS_BADGES.dead,
}

/** Of a record or event that waits for its contact: nothing has failed. */
const WAITING: BadgeText = ['', 'Waiting for its contact']

/** The status of a record, or of one of its events. */
const statusBadge = (status: LedgerEntry['status']): Html => badge(STATUS_BADGES[status])

const badge = ([tone, label]: BadgeText): Html => html`<span class="badge ${tone}">${label}</span>`

const WAITING_BADGE = badge(WAITING)

/** Of a step or of one of its events: a fault has a kind. */
const awaits = (status: HistoryStep['kind'], cause: Cause | undefined): boolean =>
  status === 'deferred' && cause?.kind === undefined

export const recordBadge = (entry: LedgerEntry): Html =>
  awaitsContact(entry) ? WAITING_BADGE : statusBadge(entry.status)

export function timelineStep(step: HistoryStep, context: PageContext): Html {
  const { at, kind, cause, events, dismissed } = step
  const isWaiting = awaits(kind, cause) && events.some((event) => awaits(event.status, event.cause))
  return html`<li><p>${timeElement(at)} ${isWaiting ? WAITING_BADGE : badge(STEP_BADGES[kind])}${stepDetails(step)}</p>
${cause && html`<dl class="facts">${causeFacts(cause, { status: kind }, context)}</dl>`}
${events.length > 0 && html`<ul>${events.map((event) => eventItem(event, context))}</ul>`}
${dismissed !== undefined && html`<p class="soft">Dismissed: <span dir="auto">${dismissed}</span></p>`}</li>`
}

function stepDetails({ kind, origin, count = 1, last, until }: HistoryStep): Html {
  const times = `${formatCount(count)} times${kind === 'between' ? ', with different results' : ''}`
  return html`${origin !== undefined && html` by ${describeOrigin(origin)}`}
${count > 1 && html` ${times}${last !== undefined && html`, last ${timeElement(last)}`}`}
${until !== undefined && html` <span class="soft">until ${timeElement(until)}</span>`}`
}

function eventItem({ metric, status, facts, cause }: EventHistory, context: PageContext): Html {
  return html`<li><strong>${metric}</strong> ${awaits(status, cause) ? WAITING_BADGE : statusBadge(status)}
${facts.length > 0 && html`<br><span class="soft">${facts.map((fact, at) => (at === 0 ? factText(capitalize(fact)) : html` · ${factText(fact)}`))}</span>`}
${cause && html`<dl class="facts">${causeFacts(cause, { status, metric }, context)}</dl>`}</li>`
}

/** Keys and ids as code: they may hold a time that is no time to read. */
function factText(fact: string): Html {
  const [, name, id] = /^(key|contact) (\S+)$/i.exec(fact) ?? []
  return name === undefined ? withLocalTimes(fact) : html`${name} <code>${id}</code>`
}

function causeFacts(
  cause: Cause,
  { status, metric }: { readonly status: HistoryStep['kind'] | EventHistory['status']; readonly metric?: string },
  context: PageContext,
): Html {
  const { kind, message, code, requestId, whoActs } = cause
  const { link, options } = context
  const codeElement = kind === undefined ? skipReasonCode(code, options) : faultCode(code, options)
  const advice = kind === undefined ? adviceOnSkip(code, options) : adviceOnFault(kind, status === 'dead', options)
  const failedEvents = status === 'dead' && html` <a href="${link('/failed-events')}">Failed events</a>`
  return html`<dt>${kind === undefined ? 'Reason' : 'Error'}</dt><dd>${capitalize(message)}. ${codeElement}</dd>
${faultPlaceFacts({ ...cause, mappedBy: cause.spec }, metric, context)}
${requestId !== undefined && html`<dt>Request</dt><dd><code>${requestId}</code></dd>`}
${whoActs !== undefined && html`<dt>What to do</dt><dd>${advice}${failedEvents}</dd>`}`
}
