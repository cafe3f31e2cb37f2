/** Webhook health: address and topics, whether each topic's webhooks come, the last poll, and what it found without webhooks. */
import { html } from 'hono/html'
import { capitalize, formatCount, formatInterval, plural } from '../../../lib/format.ts'
import type { LedgerEvent } from '../../../ports/ledger.ts'
import { countChanged } from '../../../reconcile/finds.ts'
import type { ReconcilePass, StreamPass } from '../../../reconcile/types.ts'
import { statusCell } from '../../event-cells.ts'
import { eventLink, eventsLink } from '../../event-links.ts'
import { timeElement } from '../../format-html.ts'
import type { Html, Page, PageContext } from '../../types.ts'
import { addressCard } from './address.ts'
import { loadWebhooks } from './load-webhooks.ts'
import { topicsTable } from './topics-table.ts'

export const webhookHealthPage: Page = {
  path: '/webhooks',
  title: 'Webhooks',
  nav: 'Webhooks',
  async render(context) {
    const { connector, clock } = context.options
    const webhooks = await loadWebhooks(connector, clock.now())
    const pass = await connector.lastReconcile()
    return html`<p class="lead">${leadText(context)}</p>
${addressCard(context)}
<section id="topics" data-live aria-label="Topics">${topicsTable(webhooks, pass !== undefined, context)}</section>
<section id="check" data-live aria-label="Last check">${lastCheck(pass, context)}</section>
<section id="finds" data-live aria-label="Found events">${findsTable(webhooks.finds, context)}</section>`
  },
}

/** The former address. */
export const missedWebhooksRedirect: Page = {
  path: '/missed-webhooks',
  title: 'Webhooks',
  render: ({ redirect }) => redirect('/webhooks'),
}

function leadText({ options }: PageContext): string {
  const { source } = options.connector.spec
  const name = capitalize(source.name)
  return `${name} sends a lost webhook again only once. The connector therefore checks for missed webhooks: it reads what has changed in ${name}, and delivers what no webhook reported: as a live event if it is young enough, otherwise as history.`
}

function lastCheck(pass: ReconcilePass | undefined, { options, link }: PageContext): Html {
  const every = options.connector.spec.reconcile?.every
  const interval =
    every === undefined
      ? html`<span class="soft">It is off. Run <code>${options.app.program ?? 'connector'} reconcile</code>, or set <code>reconcile.every</code> in connector.yaml.</span>`
      : html`<span class="soft">Every ${formatInterval(every)}.</span>`
  if (pass === undefined)
    return html`<div class="card"><h2>Last check for missed webhooks</h2><p><span class="badge">None yet</span> ${interval}</p></div>`
  const changed = countChanged(pass)
  const short = pass.streams.filter(({ missing }) => missing !== undefined)
  return html`<div class="card"><h2>Last check for missed webhooks</h2>
<p><span class="badge ${short.length > 0 ? 'warn' : 'good'}">${short.length > 0 ? 'Incomplete' : 'Complete'}</span> ${timeElement(pass.endedAt)}: ${plural(changed, 'changed record')} (${pass.streams.map(({ stream, read }) => `${formatCount(read)} ${stream}`).join(', ')}). ${interval}</p>
${short.map(({ stream, missing = 0 }) => html`<p class="message bad">${capitalize(options.connector.spec.source.name)} counts ${plural(missing, 'more record')} in ${stream} than it gave. The next check reads them again.</p>`)}
${pass.streams.map(({ stream, withoutId }) => withoutId !== undefined && html`<p class="message bad">${capitalize(stream)}: ${plural(withoutId, 'item')} without an id (see <a href="${link('/failed-events')}">failed events</a>).</p>`)}
${pass.streams.map((stream) => unavailablePartsNote(stream, options.connector.spec.source.name))}</div>`
}

function unavailablePartsNote({ stream, unavailableParts }: StreamPass, source: string): Html | false {
  if (unavailableParts === undefined) return false
  const { parts, records, ids } = unavailableParts
  return html`<p class="note">Of ${formatCount(records)} ${stream} only the newest parts could be read from ${capitalize(source)}; ${plural(parts, 'part')} may be from this time (${ids.join(', ')}${records > ids.length && ' …'}).</p>`
}

function findsTable(finds: readonly LedgerEvent[], context: PageContext): Html | false {
  if (finds.length === 0) return false
  const row = (event: LedgerEvent) => html`<tr>
<td data-name="Happened"><a href="${eventLink(event.id, context)}">${timeElement(event.time === undefined ? event.settledAt : Date.parse(event.time))}</a></td>
<td data-name="Metric">${event.metric}</td>
<td data-name="Found">${timeElement(event.settledAt)}</td>
<td data-name="Delivery"><div>${statusCell(event, context)}</div></td></tr>`
  return html`<div class="table"><table class="stack">
<caption>Events that no webhook reported <span class="soft">latest first</span> <a href="${eventsLink({ origin: 'reconcile', outcome: 'delivered' }, context)}">View all</a></caption>
<thead><tr><th scope="col">Happened</th><th scope="col">Metric</th><th scope="col">Found</th><th scope="col">Delivery</th></tr></thead>
<tbody>${finds.map(row)}</tbody></table></div>`
}
