/** Nothing was found: what that can mean here, and what to do about each. */

import { html } from 'hono/html'
import type { BackfillState } from '../../../backfill/state.ts'
import { BACKFILL_CHECKPOINT } from '../../../lib/checkpoint-names.ts'
import { capitalize, formatDuration } from '../../../lib/format.ts'
import type { Html, PageContext } from '../../types.ts'

export async function nothingFound(what: string, context: PageContext): Promise<Html> {
  const { connector } = context.parts
  const { spec, store } = connector
  const imported = (await store.readCheckpoint(BACKFILL_CHECKPOINT)) as BackfillState | undefined
  const { lastVerified: verified } = connector.webhookStats()
  const source = capitalize(spec.source.name)
  const { settled } = spec.delivery.retention
  const topics = [...new Set(spec.mappings.flatMap((mapping) => [...mapping.topics]))]
  const { link } = context
  return html`<section id="found" class="card" data-live aria-label="Nothing found">
<h2>Nothing is known of ${what}</h2>
<p>That can mean:</p>
<ul>
<li><strong>It is not what is kept.</strong> Ids are compared letter for letter, and an address is known only of events that were mapped as far as their person. Try the id of the conversation or the contact.</li>
<li><strong>It happened before the connector was there.</strong> ${imported === undefined ? html`Nothing was imported yet. <a href="${link('/import')}">Bring in history</a>.` : 'The last import began with other dates, or was for other metrics.'}</li>
<li><strong>${source} did not tell.</strong> ${verified === undefined ? 'No webhook has come since this process began.' : 'Webhooks come.'} The topics that are needed: ${topics.map((topic, at) => html`${at > 0 && ', '}<code>${topic}</code>`)}. <a href="${link('/set-up/webhooks')}">Look at the webhook</a>.</li>
<li><strong>It was longer ago than is kept.</strong> Records are dropped ${formatDuration(settled).replace(' 0 h', '')} after they ended. Their keys stay, so nothing is ever sent twice.</li>
</ul>
</section>`
}
