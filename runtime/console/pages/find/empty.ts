/** An empty search result: the possible reasons, and what to do about each. */
import { html } from 'hono/html'
import type { BackfillState } from '../../../backfill/state.ts'
import { BACKFILL_CHECKPOINT } from '../../../lib/checkpoint-names.ts'
import { capitalize, formatDuration } from '../../../lib/format.ts'
import type { Html, PageContext } from '../../types.ts'

export async function nothingFound(subject: string, { options, link }: PageContext): Promise<Html> {
  const { spec, store } = options.connector
  const lastImport = (await store.readCheckpoint(BACKFILL_CHECKPOINT)) as BackfillState | undefined
  const source = capitalize(spec.source.name)
  const topics = [...new Set(spec.mappings.flatMap((mapping) => [...mapping.topics]))]
  const retention = formatDuration(spec.delivery.retention.settled).replace(' 0 h', '')
  return html`<section id="found" class="card" data-live aria-label="Nothing found">
<h2>No records of ${subject}</h2>
<p>Possible reasons:</p>
<ul>
<li><strong>The id differs.</strong> Ids must match exactly, and an e-mail address is known only once an event of that person was mapped. Try the id of the conversation or the contact.</li>
<li><strong>It happened before the connector was set up.</strong> ${lastImport === undefined ? html`No history was imported yet. <a href="${link('/import')}">Import history</a>.` : 'The last import covered other dates or other metrics.'}</li>
<li><strong>${source} sent no webhook.</strong> ${options.connector.webhookStats().lastVerified === undefined ? 'No webhook has arrived since the last restart.' : 'Webhooks are arriving.'} Required topics: ${topics.map((topic, index) => html`${index > 0 && ', '}<code>${topic}</code>`)}. <a href="${link('/set-up/webhooks')}">Check the webhook</a>.</li>
<li><strong>The record has expired.</strong> Records are deleted ${retention} after delivery. Their keys are kept, so no event is ever sent twice.</li>
</ul>
</section>`
}
