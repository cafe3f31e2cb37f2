/** The events of a page, one row each, as short as a row of a log. */
import { html } from 'hono/html'
import { capitalize } from '../../../lib/format.ts'
import type { FoundEvent } from '../../../ports/event-search.ts'
import type { EventOrigin } from '../../../ports/ledger.ts'
import { describeSkipReason } from '../../../skip-reasons.ts'
import { ingressCell } from '../../event-cells.ts'
import { eventLink } from '../../event-links.ts'
import { faultCode } from '../../fault-link.ts'
import { timeElement } from '../../format-html.ts'
import type { Html, PageContext } from '../../types.ts'

export const ORIGINS: Readonly<Record<EventOrigin, string>> = {
  live: 'Live',
  history: 'History',
  reconcile: 'Missed webhook',
}

export const eventsTable = (events: readonly FoundEvent[], context: PageContext): Html =>
  html`<div class="table"><table class="stack log">
<caption class="hidden">Events, the newest first</caption>
<thead><tr><th scope="col">Happened</th><th scope="col">Event</th><th scope="col">Profile</th><th scope="col">Received</th><th scope="col">Outcome</th></tr></thead>
<tbody>${events.map((event) => eventRow(event, context))}</tbody>
</table></div>`

function eventRow(event: FoundEvent, context: PageContext): Html {
  const { id, at, seq, metric, person, origin, status, time } = event
  const href = id > 0 ? eventLink(id, context) : context.link(`/records/${seq}`)
  // When it happened is known once its record is mapped.
  const isUnmapped = status === 'deferred' && time === undefined
  const name = metric === '' ? (id > 0 ? 'No event' : 'Not mapped yet') : metric
  return html`<tr>
<td data-name="Happened"><div>${timeElement(at)}${isUnmapped && html` <span class="soft">${origin === 'live' ? 'received' : 'read'}</span>`}</div></td>
<td data-name="Event"><a href="${href}">${name}</a></td>
<td data-name="Profile">${person === undefined ? '' : html`<span class="value">${person}</span>`}</td>
<td data-name="Received"><div>${origin !== 'live' && html`<span class="badge info">${ORIGINS[origin]}</span> `}${ingressCell(event)}</div></td>
<td class="outcome" data-name="Outcome"><div>${outcomeOf(event, context)}</div></td>
</tr>`
}

const BADGES: Readonly<Record<FoundEvent['status'], readonly [tone: string, label: string]>> = {
  delivered: ['good', 'Delivered'],
  skipped: ['', 'Skipped'],
  deferred: ['warn', 'Waiting'],
  dead: ['bad', 'Failed'],
}

/** The advice is on the page of the event. */
function outcomeOf({ status, reason, fault }: FoundEvent, { options }: PageContext): Html {
  const [tone, label] = BADGES[status]
  const badge = html`<span class="badge ${tone}">${label}</span>`
  if (fault !== undefined)
    return html`${badge} <span class="soft">${capitalize(fault.message)} (${faultCode(fault.code, options)})</span>`
  if (reason === undefined || status === 'delivered') return badge
  return html`${badge} <span class="soft">${capitalize(describeSkipReason(reason))}</span>`
}
