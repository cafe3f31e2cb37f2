/** Every import, the newest first, each row with a link to its report. */
import { html } from 'hono/html'
import type { BackfillProgress } from '../../../backfill/types.ts'
import { formatDuration } from '../../../lib/format.ts'
import type { Spec } from '../../../spec/spec.ts'
import { countLink } from '../../count-link.ts'
import { timeElement } from '../../format-html.ts'
import type { Html, PageContext } from '../../types.ts'

export async function runsTable(context: PageContext): Promise<Html | ''> {
  const [newest, ...earlier] = await context.options.connector.listRuns()
  if (newest === undefined) return ''
  return html`<div class="table"><table class="stack">
<caption>All imports</caption>
<thead><tr><th scope="col">Started</th><th scope="col">Kind</th><th scope="col">Events</th><th scope="col">Started in</th><th scope="col">Ended</th><th scope="col" class="number">Sent</th><th scope="col" class="number">Failed</th><th scope="col">Result</th></tr></thead>
<tbody>${row(newest, true, context)}${earlier.map((run) => row(run, false, context))}</tbody></table></div>`
}

function row(run: BackfillProgress, isNewest: boolean, context: PageContext): Html {
  const { startedAt, endedAt, eventsSent, dead } = run
  const ended = endedAt === undefined ? html`<span class="soft">not yet</span>` : timeElement(endedAt)
  const count = (value: number, outcome: 'delivered' | 'dead') => countLink(value, { run: run.run, outcome }, context)
  return html`<tr><th scope="row"><a href="${context.link(`/history/${encodeURIComponent(run.run)}`)}">${timeElement(startedAt)}</a></th>
<td data-name="Kind"><div>${kindOf(run, context.options.connector.spec)}</div></td>
<td data-name="Events"><div>${windowOf(run)}</div></td>
<td data-name="Started in">${startedIn(run)}</td>
<td data-name="Ended">${ended}</td>
<td class="number" data-name="Sent">${count(eventsSent, 'delivered')}</td>
<td class="number" data-name="Failed">${count(dead, 'dead')}</td>
<td data-name="Result"><div>${resultBadge(run, isNewest)}</div></td></tr>`
}

const STARTED_IN: Readonly<Record<string, string>> = { console: 'Console', command: 'Command line' }

export const startedIn = ({ startedBy = '' }: BackfillProgress): string => STARTED_IN[startedBy] ?? 'Host program'

/** By default an import leaves out the metrics that need a request for each record. */
export function kindOf({ only }: Pick<BackfillProgress, 'only'>, { mappings }: Pick<Spec, 'mappings'>): Html | string {
  const onRequest = mappings.flatMap(({ metric, stream }) => (stream?.onRequest ? metric : []))
  const all = onRequest.length === 0 ? 'All metrics' : `All metrics but ${onRequest.join(', ')}`
  return only === undefined ? all : html`Selected metrics <span class="soft">${only.join(', ')}</span>`
}

function windowOf({ window: { since, until } }: BackfillProgress): Html {
  const start = since === undefined ? 'From the beginning' : html`From ${timeElement(since)}`
  return html`${start} until ${timeElement(until)}`
}

/** Only the newest can still be running or go on. */
export function resultBadge({ phase, startedAt, endedAt }: BackfillProgress, isNewest: boolean): Html {
  const took = endedAt === undefined ? '' : html` <span class="soft">${formatDuration(endedAt - startedAt)}</span>`
  if (phase === 'done') return html`<span class="badge good">Complete</span>${took}`
  if (phase === 'incomplete') return html`<span class="badge warn">Incomplete</span>${took}`
  return isNewest
    ? html`<span class="badge">Not finished</span>`
    : html`<span class="badge">Replaced</span> <span class="soft">by a later import</span>`
}
