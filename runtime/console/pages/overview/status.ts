/** Status cards of the overview: connections, delay, queue, failures, import; and the use of rate limits. */
import { html } from 'hono/html'
import type { ConnectionStats, LimitUsage } from '../../../http/connection-stats.ts'
import { describePause } from '../../../http/pauses.ts'
import { capitalize, formatCount, formatDuration, formatInterval, plural } from '../../../lib/format.ts'
import type { Backlog } from '../../../ports/store.ts'
import { countChanged } from '../../../reconcile/finds.ts'
import { timeElement } from '../../format-html.ts'
import type { Html, PageContext } from '../../types.ts'
import { describeWaiting } from '../../waiting-events.ts'
import { importStateText } from '../import/text.ts'
import type { Overview } from './load-overview.ts'

export async function statusCards(overview: Overview, context: PageContext): Promise<Html> {
  const { spec, connectionStats, webhookStats } = context.options.connector
  const { source, destination } = connectionStats()
  const { lastVerified } = webhookStats()
  return html`<ul class="cards">
${connectionCard(spec.source.name, source, lastVerified && html`Last webhook ${timeElement(lastVerified.at)}.`)}
${connectionCard(spec.destination.name, destination)}
${delayCard(overview)}
${waitingCard(overview)}
${failedCard(overview, context)}
${await importCard(overview, context)}
${missedCard(overview, context)}
</ul>`
}

/** Milliseconds. */
const LONG_WAIT = 60_000

const card = (title: string, value: Html | string, more: Html | string = '') =>
  html`<li class="card"><h2>${title}</h2><span class="big">${value}</span>${more && html`<p class="soft">${more}</p>`}</li>`

/** Facts only: whether they are a problem is said at the top of the page. */
function connectionCard(side: string, stats: ConnectionStats, more: Html | '' | undefined = ''): Html {
  const { lastSuccessAt, lastFailure, pauses = [] } = stats
  const last = lastSuccessAt === undefined ? 'No answer yet' : timeElement(lastSuccessAt)
  const failure =
    lastFailure &&
    html`The last request failed ${timeElement(lastFailure.at)}: ${capitalize(lastFailure.fault.message)}.`
  const paused = pauses.map((pause) => `${describePause(side, pause)}.`).join(' ')
  const since = lastSuccessAt === undefined && lastFailure === undefined && 'No request since the last restart.'
  return card(
    capitalize(side),
    html`<span class="soft">Last answer</span> ${last}`,
    html`${failure ?? ''} ${paused} ${since} ${more}`,
  )
}

/** The events already delivered tell nothing while the oldest that waits is older. */
function delayCard({ lag, live, now }: Overview): Html {
  const waiting = live.oldest === undefined ? 0 : now - live.oldest
  if (waiting > (lag?.longest ?? LONG_WAIT))
    return card(
      'Delay',
      `over ${formatDuration(waiting)}`,
      'The oldest live record was received then and is still waiting.',
    )
  if (lag === undefined) return card('Delay', '–', 'From event to delivery. There is no live event among the latest.')
  const more = `From event to delivery: the median of the last ${plural(lag.events, 'live event')}. Slowest: ${formatDuration(lag.longest)}.`
  return card('Delay', formatDuration(lag.median), more)
}

function waitingCard({ live, backfill, awaitingContact, now }: Overview): Html {
  const oldest = ({ oldest: at }: Backlog) => (at === undefined ? '' : `, oldest ${formatDuration(now - at)}`)
  const more = `Live: ${formatCount(live.records)}${oldest(live)}. Import: ${formatCount(backfill.records)}${oldest(backfill)}.${awaitingContact > 0 ? ` ${describeWaiting(awaitingContact)}.` : ''}`
  return card('Waiting', formatCount(live.records + backfill.records), more)
}

function failedCard({ dead }: Overview, { link }: PageContext): Html {
  if (dead === 0) return card('Failed', '0', 'No failed events.')
  return card(
    'Failed',
    html`<span class="bad-text">${formatCount(dead)}</span>`,
    html`<a href="${link('/failed-events')}">View and retry</a>`,
  )
}

/** Says so as well when nothing was missed. */
function missedCard({ lastReconcile, found }: Overview, { options, link }: PageContext): Html {
  const page = html`<a href="${link('/missed-webhooks')}">View</a>`
  if (lastReconcile === undefined) {
    const isOff = options.connector.spec.reconcile?.every === undefined
    return card('Missed webhooks', isOff ? 'Not checked' : 'Not checked yet', page)
  }
  const changed = countChanged(lastReconcile)
  const checked = html`Last checked ${timeElement(lastReconcile.endedAt)}, ${plural(changed, 'changed record')}. ${page}`
  return card('Missed webhooks', found === 0 ? 'None' : `${formatCount(found)} found`, checked)
}

async function importCard({ lastImport }: Overview, { link, imports }: PageContext): Promise<Html> {
  if (lastImport === undefined)
    return card('Import', 'Not started', html`<a href="${link('/import')}">Import history</a>`)
  const recordsRead = lastImport.streams.reduce((sum, stream) => sum + stream.recordsRead, 0)
  return card(
    'Import',
    importStateText({
      phase: lastImport.phase,
      isRunning: imports.running || (await imports.otherProcess()) !== undefined,
      waitsForAuth: imports.waitsForAuth,
      hasFailed: imports.lastError !== undefined,
    }),
    html`${plural(recordsRead, 'record')} read. <a href="${link('/import')}">View import</a>`,
  )
}

export function limitsTable({ options }: PageContext): Html {
  const { spec, connectionStats } = options.connector
  const { source, destination } = connectionStats()
  const rowsOf = (side: string, limits: readonly LimitUsage[]) =>
    [...new Set(limits.map(({ name }) => name))].map((name) => {
      const windows = limits.filter((limit) => limit.name === name)
      return limitRow(name === side ? capitalize(side) : `${capitalize(side)}: ${name}`, windows)
    })
  return html`<div class="table"><table>
<caption>Rate limits <span class="soft">use of the connector's share</span></caption>
<thead><tr><th scope="col">Limit</th><th scope="col">In use</th></tr></thead>
<tbody>${rowsOf(spec.source.name, source.limits)}${rowsOf(spec.destination.name, destination.limits)}</tbody>
</table></div>`
}

/** One bar for all windows of a limit: the fullest one is the bottleneck. */
function limitRow(name: string, windows: readonly LimitUsage[]): Html {
  const text = windows
    .map(({ used, limit, interval }) => `${formatCount(used)} of ${formatCount(limit)} in ${formatInterval(interval)}`)
    .join('; ')
  const fullest = Math.max(...windows.map(({ used, limit }) => used / limit))
  return html`<tr><td>${name}</td><td><meter min="0" max="1" high="0.9" value="${fullest.toFixed(3)}" aria-label="${name}: ${text}"></meter><span class="soft">${text}</span></td></tr>`
}
