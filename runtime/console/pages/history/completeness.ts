/** How complete an import is, by metric: sent of those found in the records read, and why not the rest. Each number links to its events. */
import { html } from 'hono/html'
import { countFound, sum, sumCounts } from '../../../backfill/counts.ts'
import type { BackfillProgress, MetricCounts } from '../../../backfill/types.ts'
import { capitalize, formatCount } from '../../../lib/format.ts'
import { ALREADY_DELIVERED } from '../../../ports/ledger.ts'
import { describeSkipReason } from '../../../skip-reasons.ts'
import { countLink } from '../../count-link.ts'
import { ANY_METRIC, type EventFilter, NO_METRIC } from '../../event-links.ts'
import { metricLink } from '../../metric-link.ts'
import type { Html, PageContext } from '../../types.ts'

export function completenessTable(run: BackfillProgress, context: PageContext): Html {
  const destination = capitalize(context.options.connector.spec.destination.name)
  const rows = run.byMetric.filter(({ metric }) => metric !== '')
  if (rows.length === 0)
    return html`<div class="card"><h2>By metric</h2><p class="soft">No event was found yet.</p></div>`
  return html`<div class="table"><table class="stack">
<caption>By metric <span class="soft">${summary(run, rows, context)}</span></caption>
<thead><tr><th scope="col">Metric</th><th scope="col">Sent</th><th scope="col" class="number">Already in ${destination}</th><th scope="col">Not sent</th></tr></thead>
<tbody>${rows.map((counts) => metricRow(counts, run, context))}</tbody></table></div>
${withoutEvent(run, context)}`
}

function summary(
  { run, eventsSent, alreadySent, dead }: BackfillProgress,
  rows: readonly MetricCounts[],
  context: PageContext,
): Html {
  const count = (events: number, filter: EventFilter) => countLink(events, { run, ...filter }, context)
  const existing = html`, ${count(alreadySent, { outcome: 'skipped', reason: ALREADY_DELIVERED })} ${alreadySent === 1 ? 'was' : 'were'} there already`
  return html`Sent ${count(eventsSent, { outcome: 'delivered' })} of ${count(sum(rows.map(countFound)), { metric: ANY_METRIC })} found${alreadySent > 0 && existing}${dead > 0 && html`, ${count(dead, { outcome: 'dead' })} failed`}`
}

function metricRow(counts: MetricCounts, run: BackfillProgress, context: PageContext): Html {
  const { metric, sent, alreadySent } = counts
  const destination = capitalize(context.options.connector.spec.destination.name)
  const ofRun = { run: run.run, metric }
  const found = countFound(counts)
  const sentLink = countLink(sent, { ...ofRun, outcome: 'delivered' }, context)
  const existing = countLink(alreadySent, { ...ofRun, outcome: 'skipped', reason: ALREADY_DELIVERED }, context)
  return html`<tr><th scope="row">${metricLink(metric, context)}</th>
<td data-name="Sent"><div>${sentLink} of ${countLink(found, ofRun, context)} found <span class="soft">${readIn(metric, run, context)}</span></div></td>
<td class="number${alreadySent === 0 ? ' quiet' : ''}" data-name="Already in ${destination}">${existing}</td>
<td data-name="Not sent"><div>${notSent(counts, ofRun, context)}</div></td></tr>`
}

/** The stream in which the events of a metric are found. */
function readIn(metric: string, { streams }: BackfillProgress, { options }: PageContext): string {
  const name = options.connector.spec.mappings.find((it) => it.metric === metric)?.stream?.name
  const stream = streams.find((it) => it.stream === name)
  return stream === undefined ? '' : `in ${formatCount(stream.recordsRead)} ${stream.stream} read`
}

function notSent(
  { leftOut, awaitingIdentity, dead }: MetricCounts,
  ofRun: EventFilter,
  context: PageContext,
): Html | string {
  const reasons: readonly (readonly [count: number, filter: EventFilter, text: string])[] = [
    [dead, { outcome: 'dead' }, 'failed'],
    [awaitingIdentity, { outcome: 'waiting' }, 'waiting for an e-mail address or phone number'],
    ...Object.entries(leftOut)
      .sort(([, a], [, b]) => b - a)
      .map(([reason, count]) => [count, { outcome: 'skipped', reason }, describeSkipReason(reason)] as const),
  ]
  const some = reasons.filter(([count]) => count > 0)
  if (some.length === 0) return html`<span class="soft">nothing</span>`
  return html`<ul class="bare">${some.map(([count, filter, text]) => html`<li>${countLink(count, { ...ofRun, ...filter }, context)} ${text}</li>`)}</ul>`
}

/** Records in which no mapping found an event. They fail as a whole, or are skipped. */
function withoutEvent({ byMetric, run }: BackfillProgress, context: PageContext): Html | '' {
  const counts = byMetric.find(({ metric }) => metric === '')
  if (counts === undefined) return ''
  const count = sumCounts(counts.leftOut) + counts.dead
  if (count === 0) return ''
  const filter = { run, metric: NO_METRIC }
  const all = countLink(count, { ...filter, outcome: ['skipped', 'dead'] }, context)
  return html`<details id="without-event"><summary>Records without an event of these metrics</summary><p>${all} in all:</p>${notSent(counts, filter, context)}</details>`
}
