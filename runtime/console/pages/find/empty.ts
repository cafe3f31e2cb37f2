/** An empty search result: the possible reasons, and what to do about each. */
import { html } from 'hono/html'
import type { BackfillState } from '../../../backfill/state.ts'
import { BACKFILL_CHECKPOINT } from '../../../lib/checkpoint-names.ts'
import { capitalize, formatInterval } from '../../../lib/format.ts'
import type { Html, PageContext } from '../../types.ts'
import type { ParsedSearch } from './parse-search.ts'

export async function nothingFound(search: ParsedSearch, subject: string, context: PageContext): Promise<Html> {
  const { options, link } = context
  const { spec, store } = options.connector
  const lastImport = (await store.readCheckpoint(BACKFILL_CHECKPOINT)) as BackfillState | undefined
  const source = capitalize(spec.source.name)
  const topics = [...new Set(spec.mappings.flatMap((mapping) => [...mapping.topics]))]
  const retention = formatInterval(spec.delivery.retention.settled)
  return html`<section id="found" class="card" data-live aria-label="Nothing found">
<h2>No records of ${subject}</h2>
${hint(search, context)}
<p>Possible reasons:</p>
<ul>
<li><strong>The id differs.</strong> Ids must match exactly, and an e-mail address is known only once an event of that contact was mapped. Try the id of the conversation or the contact.</li>
<li><strong>It happened before the connector was set up.</strong> ${lastImport === undefined ? html`No history was imported yet. <a href="${link('/history')}">Import history</a>.` : 'The last import covered other dates or other metrics.'}</li>
<li><strong>${source} sent no webhook.</strong> ${options.connector.webhookStats().lastVerified === undefined ? 'No webhook has arrived since the last restart.' : 'Webhooks are arriving.'} Required topics: ${topics.map((topic, index) => html`${index > 0 && ', '}<code>${topic}</code>`)}. <a href="${link('/set-up/webhooks')}">Check the webhooks</a>.</li>
<li><strong>The record has expired.</strong> Records are deleted ${retention} after delivery. Their keys are kept, so no event is ever sent twice.</li>
</ul>
</section>`
}

/** What the form of the text says. */
function hint({ kind, text = '' }: ParsedSearch, { options }: PageContext): Html | '' {
  const { source, destination, resources } = options.connector.spec
  const [from, to] = [capitalize(source.name), capitalize(destination.name)]
  const numbered = [...resources.values()].filter(({ number }) => number !== undefined).map(({ name }) => name)
  if (kind === 'number' && numbered.length > 0)
    return html`<p class="note">That looks like a ${numbered.join(' or ')} number. It is found once a record of that ${numbered.join(' or ')} has arrived. Else try the address of its page in ${from}.</p>`
  if (kind === 'unknown-page')
    return html`<p class="note">That address names nothing of ${from} or ${to} that has an id here: use the page of a conversation, ticket, contact or profile.</p>`
  if (kind === 'national-phone')
    return html`<p class="note">That looks like a phone number without its country code. Enter the phone number with its country code, after a +.</p>`
  if (kind === 'phone')
    return html`<p class="note">That is a phone number. It is found once an event of a contact with it was mapped.</p>`
  if (kind === 'emails') return html`<p class="note">Those are several addresses. Enter one of them.</p>`
  if (kind === 'id' && !/\d/.test(text))
    return html`<p class="note">Names are not kept, so nothing is found by one. Enter the person's e-mail address or phone number, or the id of the conversation or contact.</p>`
  return ''
}
