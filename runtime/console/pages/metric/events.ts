/** The newest events of a metric, their people masked until asked for. */
import { html } from 'hono/html'
import type { LedgerEvent } from '../../../ports/ledger.ts'
import type { Store } from '../../../ports/store.ts'
import { ingressCell, statusCell } from '../../event-cells.ts'
import { maskPersonal, timeElement } from '../../format-html.ts'
import { isBackgroundRefresh } from '../../server/live-updates.ts'
import type { Html, PageContext } from '../../types.ts'
import { eventDetail } from './event-detail.ts'
import { nameOf, type RemappedEvent, remapEvent } from './remap-event.ts'

/** Each is mapped once more to know its person, so that a page stays quick only while they are few. */
const PAGE = 20

export async function eventsTable(metric: string, context: PageContext): Promise<Html> {
  const { parts, url } = context
  const before = numberOf(url.searchParams.get('before'))
  const shown = numberOf(url.searchParams.get('show'))
  const { store } = parts.connector
  const page = await store.events({ metric, limit: PAGE + 1, ...(before !== undefined && { before }) })
  const events = [...page.slice(0, PAGE), ...(await pushedOff(shown, page, metric, store))]
  if (events.length === 0)
    return html`<div class="card empty">${before === undefined ? 'No event of this metric yet.' : 'There are no older ones.'}</div>`
  const rows = await Promise.all(events.map((event) => eventRows(event, event.id === shown, context)))
  const last = page.length > PAGE ? page[PAGE - 1]?.id : undefined
  return html`<div class="table"><table class="stack">
<caption>Events <span class="soft">the last to end comes first</span></caption>
<thead><tr><th scope="col">Happened</th><th scope="col">Person</th><th scope="col">How it came</th><th scope="col">How it ended</th></tr></thead>
<tbody>${rows}</tbody>
</table></div>
${last !== undefined && html`<p><a href="?before=${last}">Older ones</a></p>`}`
}

/** The one that is shown stays on the page while new ones come in above it. */
async function pushedOff(
  id: number | undefined,
  page: readonly LedgerEvent[],
  metric: string,
  store: Pick<Store, 'events'>,
) {
  if (id === undefined || page.slice(0, PAGE).some((event) => event.id === id)) return []
  return store.events({ metric, before: id + 1, after: id - 1, limit: 1 })
}

async function eventRows(event: LedgerEvent, isShown: boolean, context: PageContext): Promise<Html> {
  // What is shown is left as it was by a page that looks again.
  const asks = isShown && !isBackgroundRefresh(context.request)
  const again = await remapEvent(event, context.parts, asks ? 'source' : 'remembered')
  const { id, time, settledAt } = event
  return html`<tr id="event-${id}"${isShown && html` data-still`}>
<td data-name="Happened">${timeElement(time === undefined ? settledAt : Date.parse(time))}</td>
<td data-name="Person"><div class="person"><span>${person(again, isShown)}</span>${toggle(event, isShown, context)}</div></td>
<td data-name="How it came"><div>${ingressCell(event)}</div></td>
<td data-name="How it ended"><div>${statusCell(event)}</div></td>
</tr>${isShown && html`<tr class="shown" data-still><td colspan="4">${eventDetail(event, again)}</td></tr>`}`
}

function person(again: RemappedEvent, isShown: boolean): Html | string {
  const name = 'profile' in again ? nameOf(again.profile) : undefined
  if (name === undefined) return html`<span class="soft">${'gone' in again ? 'not kept' : 'no address'}</span>`
  return isShown ? name : maskPersonal(name)
}

/** A link, not a form: it changes nothing. It names a line of the ledger, never a person. */
function toggle({ id, settledAt }: LedgerEvent, isShown: boolean, { url }: PageContext): Html {
  const query = new URLSearchParams(url.search)
  if (isShown) query.delete('show')
  else query.set('show', String(id))
  const at = new Date(settledAt).toISOString().slice(11, 19)
  return html`<a class="button plain small" id="show-${id}" href="?${query.toString()}#event-${id}">${isShown ? 'Hide' : 'Show'}<span class="hidden"> the event accepted at ${at} UTC</span></a>`
}

function numberOf(text: string | null): number | undefined {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : undefined
}
