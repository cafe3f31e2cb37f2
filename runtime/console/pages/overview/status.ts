/** The head of the overview: both sides, the delay, what waits, what failed, the import; and how much of each limit is used. */
import { html } from 'hono/html'
import type { ConnectionStats, LimitUsage } from '../../../http/connection-stats.ts'
import { capitalize, formatCount, formatDuration, plural } from '../../../lib/format.ts'
import type { Backlog } from '../../../ports/store.ts'
import { timeElement } from '../../format-html.ts'
import type { Html, PageContext } from '../../types.ts'
import { stateWords } from '../import/text.ts'
import type { Overview } from './data.ts'

export async function statusCards(found: Overview, context: PageContext): Promise<Html> {
  const { spec, connectionStats, webhookStats } = context.parts.connector
  const { source, destination } = connectionStats()
  const { lastVerified: verified } = webhookStats()
  return html`<ul class="cards">
${sideCard(capitalize(spec.source.name), source, verified && html`Last webhook ${timeElement(verified.at)}.`)}
${sideCard(capitalize(spec.destination.name), destination)}
${lagCard(found)}
${waitingCard(found)}
${deadCard(found, context)}
${await importCard(found, context)}
</ul>`
}

const card = (title: string, value: Html | string, more: Html | string = '') =>
  html`<li class="card"><h2>${title}</h2><span class="big">${value}</span>${more && html`<p class="soft">${more}</p>`}</li>`

function sideCard(
  name: string,
  { lastSuccessAt: answered, lastFailure: failed }: ConnectionStats,
  more: Html | '' | undefined = '',
): Html {
  if (failed !== undefined) {
    const needs = failed.fault.kind === 'config'
    const badge = html`<span class="badge ${needs ? 'bad' : 'warn'}">${needs ? 'Needs you' : 'Away'}</span>`
    return card(
      name,
      badge,
      html`${failed.fault.message}. ${timeElement(failed.at)}. Nothing is lost: records wait. ${more}`,
    )
  }
  if (answered === undefined)
    return card(name, html`<span class="badge">Not asked yet</span>`, html`No request since the start. ${more}`)
  return card(
    name,
    html`<span class="badge good">Connected</span>`,
    html`Last answer ${timeElement(answered)}. ${more}`,
  )
}

function lagCard({ lag }: Overview): Html {
  if (lag === undefined) return card('Delay', '–', 'From what happened to accepted. None of the last events came live.')
  const more = `From what happened to accepted: half of the last ${plural(lag.events, 'live event')} took this or less, the slowest ${formatDuration(lag.longest)}.`
  return card('Delay', formatDuration(lag.median), more)
}

function waitingCard({ live, backfill, now }: Overview): Html {
  const oldest = ({ oldest: at }: Backlog) => (at === undefined ? '' : `, the oldest for ${formatDuration(now - at)}`)
  const more = `Live ${formatCount(live.records)}${oldest(live)}; history ${formatCount(backfill.records)}${oldest(backfill)}.`
  return card('Waiting', formatCount(live.records + backfill.records), more)
}

function deadCard({ dead }: Overview, { link }: PageContext): Html {
  if (dead === 0) return card('Failed', '0', 'No dead letters: nothing needs you.')
  return card(
    'Failed',
    html`<span class="bad-text">${formatCount(dead)}</span>`,
    html`<a href="${link('/dead-letters')}">See what is wrong, and send again</a>`,
  )
}

async function importCard({ lastImport }: Overview, { link, imports }: PageContext): Promise<Html> {
  if (lastImport === undefined)
    return card('Import', 'None yet', html`<a href="${link('/import')}">Bring in history</a>`)
  const seen = lastImport.streams.reduce((sum, stream) => sum + stream.seen, 0)
  return card(
    'Import',
    stateWords({
      phase: lastImport.phase,
      moves: imports.running || (await imports.otherProcess()) !== undefined,
      waits: imports.waitsForAuth,
      failed: imports.lastError !== undefined,
    }),
    html`${plural(seen, 'record')} read. <a href="${link('/import')}">How it goes</a>`,
  )
}

export function limits({ parts }: PageContext): Html {
  const { spec, connectionStats } = parts.connector
  const { source, destination } = connectionStats()
  const of = (side: string, all: readonly LimitUsage[]) =>
    [...new Set(all.map(({ name }) => name))].map((name) => {
      const windows = all.filter((it) => it.name === name)
      return limitRow(name === side ? capitalize(side) : `${capitalize(side)}: ${name}`, windows)
    })
  return html`<div class="table"><table>
<caption>Rate limits <span class="soft">how much is used of the part we take</span></caption>
<thead><tr><th scope="col">Limit</th><th scope="col">In use</th></tr></thead>
<tbody>${of(spec.source.name, source.limits)}${of(spec.destination.name, destination.limits)}</tbody>
</table></div>`
}

/** One bar for all windows of a limit: the fullest is the one that holds us back. */
function limitRow(name: string, windows: readonly LimitUsage[]): Html {
  const words = windows
    .map(({ used, limit, interval }) => `${formatCount(used)} of ${formatCount(limit)} in ${span(interval)}`)
    .join('; ')
  const fullest = Math.max(...windows.map(({ used, limit }) => used / limit))
  return html`<tr><td>${name}</td><td><meter min="0" max="1" high="0.9" value="${fullest.toFixed(3)}" aria-label="${name}: ${words}"></meter><span class="soft">${words}</span></td></tr>`
}

const span = (ms: number) =>
  formatDuration(ms)
    .replace(/\.0 s$/, ' s')
    .replace(/ 0 (s|min|h)$/, '')
