/** Every topic in one table: whether its webhooks come, what polling found without them, and what to do. */

import { html } from 'hono/html'
import { capitalize, formatCount } from '../../../lib/format.ts'
import { countLink } from '../../count-link.ts'
import { eventsLink } from '../../event-links.ts'
import { breakAtDots, timeElement } from '../../format-html.ts'
import { metricLink } from '../../metric-link.ts'
import type { Html, PageContext } from '../../types.ts'
import type { TopicRow, Webhooks } from './load-webhooks.ts'

export function topicsTable({ topics, countedSince }: Webhooks, isChecked: boolean, context: PageContext): Html {
  const since =
    countedSince === undefined ? 'No webhook was counted yet' : html`counted since ${timeElement(countedSince)}`
  return html`<div class="table"><table class="stack">
<caption>Topics <span class="soft">${since}</span></caption>
<thead><tr><th scope="col">Topic</th><th scope="col">State</th><th scope="col">Last received</th><th scope="col" class="number">Received</th><th scope="col">Used for</th><th scope="col">Missed webhooks</th></tr></thead>
<tbody>${topics.map((row) => topicRow(row, isChecked, context))}</tbody></table></div>`
}

function topicRow(row: TopicRow, isChecked: boolean, context: PageContext): Html {
  const { topic, last, count, uses } = row
  // Without a number: a webhook that is repeated adds no event, one may hold several, and old events expire.
  const events = html`<a href="${eventsLink({ topic }, context)}">Events<span class="hidden"> of ${topic}</span></a>`
  const [tone, text] = stateOf(row)
  const what = advice(row, isChecked, context)
  return html`<tr><th scope="row" class="topic"><code>${breakAtDots(topic)}</code></th>
<td data-name="State"><div><span class="badge ${tone}">${text}</span>${what !== '' && html` <span class="soft">${what}</span>`}</div></td>
<td${last === undefined && html` class="quiet"`} data-name="Last received"><div>${last === undefined ? html`<span class="soft">never</span>` : html`${timeElement(last)} ${events}`}</div></td>
<td class="number${count === 0 ? ' quiet' : ''}" data-name="Received">${formatCount(count)}</td>
<td data-name="Used for"><div>${uses.length === 0 ? html`<span class="soft">nothing</span>` : uses.map(({ metric }, at) => html`${at > 0 && ', '}${metricLink(metric, context)}`)}</div></td>
<td${uses.every(({ found }) => found === 0) && html` class="quiet"`} data-name="Missed webhooks"><div>${findsCell(row, isChecked, context)}</div></td></tr>`
}

/** Whether polling found an event since the last webhook of the topic. */
function isMissed({ uses, last = 0 }: TopicRow): boolean {
  return uses.some(({ lastFound = 0 }) => lastFound > last)
}

function stateOf(row: TopicRow): readonly [tone: string, text: string] {
  switch (row.use) {
    case 'used':
      if (row.last === undefined) return isMissed(row) ? ['bad', 'Missed'] : ['', 'Never received']
      return isMissed(row) ? ['warn', 'Missed since'] : ['good', 'Received']
    case 'off':
      return ['', 'Metric is off']
    case 'ignored':
      return ['', 'Test of the address']
    case 'other':
      return ['', 'Not used']
    case 'unknown':
      return ['warn', 'Unknown topic']
  }
}

/** Several topics may bring one metric: then each row has its finds. */
function findsCell({ uses }: TopicRow, isChecked: boolean, context: PageContext): Html | string {
  if (uses.length > 0 && uses.every(({ isRecoverable }) => !isRecoverable))
    return html`<span class="soft whole">no history</span>`
  const finds = uses.filter(({ found }) => found > 0)
  if (finds.length === 0)
    return html`<span class="soft">${uses.length === 0 ? '' : isChecked ? '0' : 'not checked yet'}</span>`
  return html`${finds.map(({ metric, found }, at) => html`${at > 0 && ', '}${countLink(found, { metric, origin: 'reconcile', outcome: 'delivered' }, context)}${finds.length > 1 && ` ${metric}`}`)}`
}

/** What to do, and the likely reason why webhooks are missing. Empty: nothing. */
function advice(row: TopicRow, isChecked: boolean, { options, link, may }: PageContext): Html | '' {
  const { connector } = options
  const source = capitalize(connector.spec.source.name)
  const { use, uses, last } = row
  if (use === 'ignored') return ''
  if (use === 'off') return html`Turn the metric on in its mapping, or unsubscribe.`
  if (use !== 'used') return html`Unsubscribe from it in ${source}, or add a mapping that uses it.`
  if (uses.every(({ isRecoverable }) => !isRecoverable))
    return html`A missed webhook cannot be found: ${source} keeps no history of it.`
  if (!isChecked || !isMissed(row)) return ''
  const webhooks = may('set-up') ? html`<a href="${link('/set-up/webhooks')}">its setup</a>` : 'its setup'
  if (last === undefined) return html`None ever came by webhook: subscribe to it in ${source} (${webhooks}).`
  const { lastRejected, lastVerified } = connector.webhookStats()
  if (lastRejected !== undefined && lastRejected.at > (lastVerified?.at ?? 0))
    return html`The last webhook was rejected: ${lastRejected.reason} (${webhooks}).`
  return html`${source} may have paused or suspended the webhooks: check them in its settings (${webhooks}).`
}
