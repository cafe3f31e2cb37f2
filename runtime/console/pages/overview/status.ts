/** The head of the overview: both sides, the delay, what waits, what failed, the import; and how much of each limit is used. */
import { html } from 'hono/html'
import type { SideTraffic, Used } from '../../../http/connection-stats.ts'
import { count, duration, plural, titled } from '../../../lib/format.ts'
import type { Backlog } from '../../../ports/ports.ts'
import { when } from '../../format-html.ts'
import type { Context, Html } from '../../types.ts'
import { stateWords } from '../import/text.ts'
import type { Overview } from './data.ts'

export async function standing(found: Overview, context: Context): Promise<Html> {
  const { spec, traffic, arrivals } = context.parts.connector
  const { source, destination } = traffic()
  const { verified } = arrivals()
  return html`<ul class="cards">
${sideCard(titled(spec.source.name), source, verified && html`Last webhook ${when(verified.at)}.`)}
${sideCard(titled(spec.destination.name), destination)}
${lagCard(found)}
${waitingCard(found)}
${deadCard(found, context)}
${await importCard(found, context)}
</ul>`
}

const card = (title: string, value: Html | string, more: Html | string = '') =>
  html`<li class="card"><h2>${title}</h2><span class="big">${value}</span>${more && html`<p class="soft">${more}</p>`}</li>`

function sideCard(name: string, { answered, failed }: SideTraffic, more: Html | '' | undefined = ''): Html {
  if (failed !== undefined) {
    const needs = failed.fault.kind === 'config'
    const badge = html`<span class="badge ${needs ? 'bad' : 'warn'}">${needs ? 'Needs you' : 'Away'}</span>`
    return card(name, badge, html`${failed.fault.message}. ${when(failed.at)}. Nothing is lost: records wait. ${more}`)
  }
  if (answered === undefined)
    return card(name, html`<span class="badge">Not asked yet</span>`, html`No request since the start. ${more}`)
  return card(name, html`<span class="badge good">Connected</span>`, html`Last answer ${when(answered)}. ${more}`)
}

function lagCard({ lag }: Overview): Html {
  if (lag === undefined) return card('Delay', '–', 'From what happened to accepted. None of the last events came live.')
  const more = `From what happened to accepted: half of the last ${plural(lag.events, 'live event')} took this or less, the slowest ${duration(lag.longest)}.`
  return card('Delay', duration(lag.median), more)
}

function waitingCard({ live, backfill, now }: Overview): Html {
  const oldest = ({ oldest: at }: Backlog) => (at === undefined ? '' : `, the oldest for ${duration(now - at)}`)
  const more = `Live ${count(live.records)}${oldest(live)}; history ${count(backfill.records)}${oldest(backfill)}.`
  return card('Waiting', count(live.records + backfill.records), more)
}

function deadCard({ dead }: Overview, { link }: Context): Html {
  if (dead === 0) return card('Failed', '0', 'No dead letters: nothing needs you.')
  return card(
    'Failed',
    html`<span class="bad-text">${count(dead)}</span>`,
    html`<a href="${link('/dead-letters')}">See what is wrong, and send again</a>`,
  )
}

async function importCard({ lastImport }: Overview, { link, imports }: Context): Promise<Html> {
  if (lastImport === undefined)
    return card('Import', 'None yet', html`<a href="${link('/import')}">Bring in history</a>`)
  const seen = lastImport.streams.reduce((sum, stream) => sum + stream.seen, 0)
  return card(
    'Import',
    stateWords({
      phase: lastImport.phase,
      moves: imports.running() || (await imports.elsewhere()) !== undefined,
      waits: imports.waits(),
      failed: imports.problem() !== undefined,
    }),
    html`${plural(seen, 'record')} read. <a href="${link('/import')}">How it goes</a>`,
  )
}

export function limits({ parts }: Context): Html {
  const { spec, traffic } = parts.connector
  const { source, destination } = traffic()
  const of = (side: string, all: readonly Used[]) =>
    [...new Set(all.map(({ name }) => name))].map((name) => {
      const windows = all.filter((it) => it.name === name)
      return limitRow(name === side ? titled(side) : `${titled(side)}: ${name}`, windows)
    })
  return html`<div class="table"><table>
<caption>Rate limits <span class="soft">how much is used of the part we take</span></caption>
<thead><tr><th scope="col">Limit</th><th scope="col">In use</th></tr></thead>
<tbody>${of(spec.source.name, source.limits)}${of(spec.destination.name, destination.limits)}</tbody>
</table></div>`
}

/** One bar for all windows of a limit: the fullest is the one that holds us back. */
function limitRow(name: string, windows: readonly Used[]): Html {
  const words = windows.map(({ used, limit, per }) => `${count(used)} of ${count(limit)} in ${span(per)}`).join('; ')
  const fullest = Math.max(...windows.map(({ used, limit }) => used / limit))
  return html`<tr><td>${name}</td><td><meter min="0" max="1" high="0.9" value="${fullest.toFixed(3)}" aria-label="${name}: ${words}"></meter><span class="soft">${words}</span></td></tr>`
}

const span = (ms: number) =>
  duration(ms)
    .replace(/\.0 s$/, ' s')
    .replace(/ 0 (s|min|h)$/, '')
