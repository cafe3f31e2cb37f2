/** What became of the events of a metric since setup, each number with its events. */
import { html } from 'hono/html'
import { sum } from '../../../backfill/counts.ts'
import { capitalize } from '../../../lib/format.ts'
import type { Tally } from '../../../ports/ledger.ts'
import { describeSkipReason } from '../../../skip-reasons.ts'
import { countByReason } from '../../count-by-reason.ts'
import { countLink } from '../../count-link.ts'
import { type Count, countFound, readEventCounts } from '../../event-counts.ts'
import type { EventFilter } from '../../event-links.ts'
import type { Html, PageContext } from '../../types.ts'
import { waitingByReason } from '../../waiting-events.ts'

export async function metricTotals(metric: string, context: PageContext): Promise<Html> {
  const { store, spec } = context.options.connector
  const counts = await readEventCounts(store)
  const tallies = counts.tallies.filter((tally) => tally.metric === metric)
  const count = (status: Tally['status']) => sum(tallies.flatMap((it) => (it.status === status ? [it.count] : [])))
  const fact = (name: string, value: number | Count, outcome: EventFilter['outcome']) =>
    html`<li><span class="soft">${name}</span> <span class="big">${countLink(value, { metric, outcome }, context)}</span></li>`
  const waiting = await countFound(store, { metric, status: 'deferred' }, counts)
  return html`<div class="card"><h2>Since setup</h2>
<ul class="totals">${fact(`Sent to ${capitalize(spec.destination.name)}`, count('delivered'), 'delivered')}${fact('Waiting', waiting, 'waiting')}${fact('Skipped', count('skipped'), 'skipped')}${fact('Failed', count('dead'), 'dead')}</ul>
${waitingByReason(tallies, context, metric).map(({ reason, text }) => html`<p>${text}.${reason === 'awaiting-identity' && ` Each is sent once, as soon as ${capitalize(spec.source.name)} has it.`}</p>`)}
${skipReasons(tallies, metric, context)}</div>`
}

function skipReasons(tallies: readonly Tally[], metric: string, context: PageContext): Html | '' {
  const rows = countByReason(tallies.filter(({ status }) => status === 'skipped'))
  if (rows.length === 0) return ''
  return html`<details id="skip-reasons"><summary>Why events were skipped</summary><ul class="plain">${rows.map(({ reason, count }) => html`<li>${countLink(count, { metric, outcome: 'skipped', reason }, context)} ${describeSkipReason(reason)}</li>`)}</ul></details>`
}
