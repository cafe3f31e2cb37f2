/** The latest events of a metric, their profiles masked until requested. */
import { html } from 'hono/html'
import type { LedgerEvent } from '../../../ports/ledger.ts'
import type { Store } from '../../../ports/store.ts'
import { ingressCell, statusCell } from '../../event-cells.ts'
import { toOutcomesView } from '../../explanation/record-explanation.ts'
import { maskPersonal, timeElement } from '../../format-html.ts'
import { isBackgroundRefresh } from '../../server/live-updates.ts'
import type { Html, PageContext } from '../../types.ts'
import { eventDetail } from './event-detail.ts'
import { identifierOf, type RemappedEvent, remapEvent } from './remap-event.ts'

/** Small, because each event is mapped again to learn its profile. */
const PAGE_SIZE = 20

export async function eventsTable(metric: string, context: PageContext): Promise<Html> {
  const { options, url } = context
  const before = parseId(url.searchParams.get('before'))
  const shown = context.may('read') ? parseId(url.searchParams.get('show')) : undefined
  const { store } = options.connector
  const page = await store.events({ metric, limit: PAGE_SIZE + 1, ...(before !== undefined && { before }) })
  const events = [...page.slice(0, PAGE_SIZE), ...(await shownEvent(shown, page, metric, store))]
  if (events.length === 0)
    return html`<div class="card empty">${before === undefined ? 'No event of this metric yet.' : 'There are no older events.'}</div>`
  const rows = await Promise.all(events.map((event) => eventRows(event, event.id === shown, context)))
  const last = page.length > PAGE_SIZE ? page[PAGE_SIZE - 1]?.id : undefined
  return html`<div class="table"><table class="stack">
<caption>Events <span class="soft">latest delivery first</span></caption>
<thead><tr><th scope="col">Happened</th><th scope="col">Profile</th><th scope="col">Received by</th><th scope="col">Delivery</th></tr></thead>
<tbody>${rows}</tbody>
</table></div>
${last !== undefined && html`<p><a href="?before=${last}">Older events</a></p>`}`
}

/** The open event stays on the page while new events push it off the list. */
async function shownEvent(
  id: number | undefined,
  page: readonly LedgerEvent[],
  metric: string,
  store: Pick<Store, 'events'>,
) {
  if (id === undefined || page.slice(0, PAGE_SIZE).some((event) => event.id === id)) return []
  return store.events({ metric, before: id + 1, after: id - 1, limit: 1 })
}

async function eventRows(event: LedgerEvent, isShown: boolean, context: PageContext): Promise<Html> {
  // A background refresh leaves the open event as it was, so it need not query the source, nor explain it.
  const explains = isShown && !isBackgroundRefresh(context.request)
  const lookupFallback = explains ? 'source' : 'remembered'
  const remapped = await remapEvent(event, context.options, { lookupFallback, explains })
  const { id, time, settledAt } = event
  return html`<tr id="event-${id}"${isShown && html` data-keep`}>
<td data-name="Happened">${timeElement(time === undefined ? settledAt : Date.parse(time))}</td>
<td data-name="Profile"><div class="person"><span>${profileName(remapped, isShown)}</span>${toggle(event, isShown, context)}</div></td>
<td data-name="Received by"><div>${ingressCell(event)}</div></td>
<td data-name="Delivery"><div>${statusCell(event, context)}</div></td>
</tr>${isShown && html`<tr class="shown" data-keep><td colspan="4">${eventDetail(event, remapped, toOutcomesView(context, explains))}</td></tr>`}`
}

function profileName(remapped: RemappedEvent, isShown: boolean): Html | string {
  const name = 'profile' in remapped ? identifierOf(remapped.profile) : undefined
  if (name === undefined)
    return html`<span class="soft">${'unavailable' in remapped ? 'Not available' : 'No e-mail or phone'}</span>`
  return isShown ? name : maskPersonal(name)
}

/** A link, because it changes nothing. It names a row of the ledger, never a person. */
function toggle({ id, settledAt }: LedgerEvent, isShown: boolean, { url, may }: PageContext): Html | '' {
  if (!may('read')) return ''
  const query = new URLSearchParams(url.search)
  if (isShown) query.delete('show')
  else query.set('show', String(id))
  const at = new Date(settledAt).toISOString().slice(11, 19)
  return html`<a class="button plain small" id="show-${id}" href="?${query.toString()}#event-${id}">${isShown ? 'Hide' : 'Show'}<span class="hidden"> the event delivered at ${at} UTC</span></a>`
}

function parseId(text: string | null): number | undefined {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : undefined
}
