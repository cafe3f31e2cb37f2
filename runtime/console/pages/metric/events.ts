/** The latest events of a metric, with their masked persons. Each has a page of its own. */
import { html } from 'hono/html'
import type { LedgerEvent } from '../../../ports/ledger.ts'
import { ingressCell, personCell, statusCell } from '../../event-cells.ts'
import { eventLink } from '../../event-links.ts'
import { timeElement } from '../../format-html.ts'
import type { Html, PageContext } from '../../types.ts'

const PAGE_SIZE = 20

export async function eventsTable(metric: string, context: PageContext): Promise<Html> {
  const { options, url } = context
  const before = parseId(url.searchParams.get('before'))
  const { store } = options.connector
  const page = await store.events({ metric, limit: PAGE_SIZE + 1, ...(before !== undefined && { before }) })
  const events = page.slice(0, PAGE_SIZE)
  if (events.length === 0)
    return html`<div class="card empty">${before === undefined ? 'No event of this metric yet.' : 'There are no older events.'}</div>`
  const last = page.length > PAGE_SIZE ? events.at(-1)?.id : undefined
  return html`<div class="table"><table class="stack">
<caption>Events <span class="soft">latest delivery first</span></caption>
<thead><tr><th scope="col">Happened</th><th scope="col">Profile</th><th scope="col">Received by</th><th scope="col">Delivery</th></tr></thead>
<tbody>${events.map((event) => eventRow(event, context))}</tbody>
</table></div>
${last !== undefined && html`<p><a href="?before=${last}">Older events</a></p>`}`
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

function parseId(text: string | null): number | undefined {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : undefined
}
