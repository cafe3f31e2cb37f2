/** Fact cards of the overview: what happened today, delay, queue, failures, webhooks, history. Every number is a link. */
import { html } from 'hono/html'
import { formatCount, formatDuration, plural } from '../../../lib/format.ts'
import { countChanged } from '../../../reconcile/finds.ts'
import { SERIES, type SeriesName, seriesFilter } from '../../chart/bars.ts'
import { countLink } from '../../count-link.ts'
import type { QueuedEvents } from '../../event-counts.ts'
import { ANY_METRIC, type EventFilter } from '../../event-links.ts'
import { timeElement } from '../../format-html.ts'
import type { Html, PageContext } from '../../types.ts'
import { waitingByReason } from '../../waiting-events.ts'
import { importStateText } from '../history/text.ts'
import type { Overview } from './load-overview.ts'

export async function factCards(overview: Overview, context: PageContext): Promise<Html> {
  return html`<ul class="cards">
${todayCard(overview, context)}
${delayCard(overview, context.options.connector.gate.pausedReason() !== undefined)}
${waitingCard(overview, context)}
${failedCard(overview, context)}
${webhooksCard(overview, context)}
${await historyCard(overview, context)}
</ul>`
}

/** Milliseconds. */
const LONG_WAIT = 60_000

const card = (title: string, value: Html | string, more: Html | string = '') =>
  html`<li class="card"><h2>${title}</h2><span class="big">${value}</span>${more && html`<p class="soft">${more}</p>`}</li>`

/** By when it happened: an import of a year adds to today only what happened today. */
function todayCard({ today: { counts, zone, ...window } }: Overview, context: PageContext): Html {
  const count = (name: SeriesName) => countLink(counts[name], { ...window, ...seriesFilter(name) }, context)
  const others = SERIES.filter(({ name }) => name !== 'live')
  return card(
    'Today, live',
    count('live'),
    html`${others.map(({ name, label }, at) => html`${at > 0 && ' · '}${label} ${count(name)}`)}.${zone.label && ` The day began at midnight ${zone.label}.`}`,
  )
}

/** The events already delivered tell nothing while the oldest that waits is older, or while delivery is stopped. */
function delayCard({ lag, live, now }: Overview, isStopped: boolean): Html {
  const waiting = live.oldest === undefined ? 0 : now - live.oldest
  if (waiting > (lag?.longest ?? (isStopped ? 0 : LONG_WAIT)))
    return card(
      'Delay',
      `over ${formatDuration(waiting)}`,
      'The oldest live record was received then and is still waiting.',
    )
  if (lag === undefined) return card('Delay', '–', 'From event to delivery. No live event was delivered lately.')
  const more = `From event to delivery: the median of the last ${plural(lag.events, 'live event')}. Slowest: ${formatDuration(lag.longest)}.`
  return card('Delay', formatDuration(lag.median), more)
}

function waitingCard({ live, backfill, waiting, tallies, now }: Overview, context: PageContext): Html {
  const oldest = ({ oldest: at }: QueuedEvents) => (at === undefined ? '' : `, oldest ${formatDuration(now - at)}`)
  const queued = (events: QueuedEvents, queue: EventFilter['queue']) =>
    countLink(events, { outcome: 'waiting', queue }, context)
  const outsideQueues = waitingByReason(tallies, context).map(({ text }) => html` ${text}.`)
  return card(
    'Waiting',
    countLink(waiting, { outcome: 'waiting' }, context),
    html`Live: ${queued(live, 'live')}${oldest(live)}. History: ${queued(backfill, 'history')}${oldest(backfill)}.${outsideQueues}`,
  )
}

/** Records, as the page that it leads to counts them: each is retried as a whole. */
function failedCard({ dead }: Overview, { link }: PageContext): Html {
  if (dead === 0) return card('Failed', '0', 'No failed events.')
  const page = link('/failed-events')
  return card(
    'Failed',
    html`<a class="bad-text" href="${page}">${formatCount(dead)}</a>`,
    html`${dead === 1 ? 'record' : 'records'}, by error. <a href="${page}">View and retry</a>`,
  )
}

/** Says so as well when nothing was missed. */
function webhooksCard({ lastReconcile, lastWebhookAt, found }: Overview, context: PageContext): Html {
  const { spec } = context.options.connector
  const page = html`<a href="${context.link('/webhooks')}">Webhook health</a>`
  const last = lastWebhookAt !== undefined && html`Last webhook ${timeElement(lastWebhookAt)}. `
  if (lastReconcile === undefined) {
    const isOff = spec.reconcile?.every === undefined
    return card('Missed webhooks', isOff ? 'Not checked' : 'Not checked yet', html`${last}${page}`)
  }
  const changed = countChanged(lastReconcile)
  const checked = html`${last}Last checked ${timeElement(lastReconcile.endedAt)}, ${plural(changed, 'changed record')}. ${page}`
  const finds = countLink(found, { metric: ANY_METRIC, origin: 'reconcile', outcome: 'delivered' }, context)
  return card('Missed webhooks', found === 0 ? 'None' : html`${finds} found`, checked)
}

async function historyCard({ lastImport }: Overview, context: PageContext): Promise<Html> {
  const { link, imports } = context
  const page = link('/history')
  if (lastImport === undefined) return card('History', 'Not imported', html`<a href="${page}">Import history</a>`)
  const { run, eventsSent, phase } = lastImport
  const state = importStateText({
    phase,
    isRunning: imports.running || (await imports.otherProcess()) !== undefined,
    waitsForAuth: imports.waitsForAuth,
    hasFailed: imports.lastError !== undefined,
  })
  const sent = countLink(eventsSent, { run, outcome: 'delivered' }, context)
  return card('History', sent, html`sent by the last import. <a href="${page}">${state}</a>`)
}
