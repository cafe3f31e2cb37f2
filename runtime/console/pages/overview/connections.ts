/** Both connections: the last answer of each side, and how much of its rate limits is in use. */
import { html } from 'hono/html'
import type { ConnectionStats, LimitUsage } from '../../../http/connection-stats.ts'
import { describePause } from '../../../http/pauses.ts'
import { capitalize, formatCount, formatInterval } from '../../../lib/format.ts'
import { timeElement } from '../../format-html.ts'
import type { Html, PageContext } from '../../types.ts'

export function connectionCards({ options }: PageContext): Html {
  const { spec, connectionStats } = options.connector
  const { source, destination } = connectionStats()
  return html`<ul class="cards">${connectionCard(spec.source.name, source)}${connectionCard(spec.destination.name, destination)}</ul>`
}

/** Facts only: whether they are a problem is said at the top of the page. */
function connectionCard(side: string, stats: ConnectionStats): Html {
  const { lastSuccessAt, lastFailure, pauses = [] } = stats
  const last = lastSuccessAt === undefined ? 'No answer yet' : timeElement(lastSuccessAt)
  const failure =
    lastFailure &&
    html`The last request failed ${timeElement(lastFailure.at)}: ${capitalize(lastFailure.fault.message)}.`
  const paused = pauses.map((pause) => `${describePause(side, pause)}.`).join(' ')
  const since = lastSuccessAt === undefined && lastFailure === undefined && 'No request since the last restart.'
  return html`<li class="card"><h2>${capitalize(side)}</h2><p><span class="soft">Last answer</span> ${last}</p><p class="soft">${failure ?? ''} ${paused} ${since}</p></li>`
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
