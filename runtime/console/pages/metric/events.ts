/** The latest events of a metric, with their masked persons. Each has a page of its own, and Events has the rest. */
import { html } from 'hono/html'
import type { LedgerEvent } from '../../../ports/ledger.ts'
import { ingressCell, personCell, statusCell } from '../../event-cells.ts'
import { eventLink, eventsLink } from '../../event-links.ts'
import { timeElement } from '../../format-html.ts'
import type { Html, PageContext } from '../../types.ts'

const SHOWN = 10

export async function eventsTable(metric: string, context: PageContext): Promise<Html> {
  const events = await context.options.connector.store.events({ metric, limit: SHOWN })
  if (events.length === 0) return html`<div class="card empty">No event of this metric yet.</div>`
  return html`<div class="table"><table class="stack">
<caption>Events <span class="soft">latest delivery first</span></caption>
<thead><tr><th scope="col">Happened</th><th scope="col">Profile</th><th scope="col">Received by</th><th scope="col">Delivery</th></tr></thead>
<tbody>${events.map((event) => eventRow(event, context))}</tbody>
</table></div>
<p><a href="${eventsLink({ metric }, context)}">All events of this metric</a></p>`
}

function eventRow(event: LedgerEvent, context: PageContext): Html {
  const { id, time, settledAt } = event
  return html`<tr id="event-${id}">
<td data-name="Happened"><a href="${eventLink(id, context)}">${timeElement(time === undefined ? settledAt : Date.parse(time))}</a></td>
<td data-name="Profile">${personCell(event)}</td>
<td data-name="Received by"><div>${ingressCell(event)}</div></td>
<td data-name="Delivery"><div>${statusCell(event, context)}</div></td>
</tr>`
}
