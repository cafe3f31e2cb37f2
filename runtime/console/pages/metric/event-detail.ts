/** One event unmasked: its profile and properties with their explanations, its key and delivery, and the other mappings. */
import { html } from 'hono/html'
import { selectLookups } from '../../../mapping/explain/explain-lookups.ts'
import type { MappingExplanation } from '../../../mapping/explain/explain-mapping.ts'
import type { LedgerEvent } from '../../../ports/ledger.ts'
import { type ExplainedValues, explainedValues } from '../../explanation/explained-values.ts'
import { mappingOutcomes, type OutcomesView } from '../../explanation/mapping-outcomes.ts'
import { maskExplanation } from '../../explanation/mask-explanation.ts'
import { matchExplanations, matchProfile } from '../../explanation/match-explanations.ts'
import { bullets, lookupItem } from '../../explanation/reads.ts'
import { timeElement } from '../../format-html.ts'
import type { Html } from '../../types.ts'
import { type EventExplanation, NO_EXPLANATION, type RemappedEvent } from './remap-event.ts'

export function eventDetail(event: LedgerEvent, remapped: RemappedEvent, view: OutcomesView): Html {
  const { explanation = NO_EXPLANATION } = remapped
  if ('unavailable' in remapped)
    return html`<p>${remapped.unavailable}</p>${mappingsOf(event, explanation, view)}
<h3>Delivery</h3>${deliveryFacts(event)}`
  const { properties, worth, profile, notes } = remapped
  const { lookups } = explanation
  const section = (title: string, values: Pick<ExplainedValues, 'values' | 'missing'>): Html =>
    html`<h3>${title}</h3>${explainedValues({ ...values, lookups }, view)}`
  return html`${properties && section('Properties', matchExplanations(properties, explanation.properties))}
${worth && section('Value', matchExplanations(worth, explanation.worth))}
${section('Profile', matchProfile(profile, explanation.profile))}
${bullets(selectLookups(lookups, ['contact']).map((lookup) => lookupItem(lookup, view)))}
<h3>Delivery</h3>${deliveryFacts(event)}
${notes.map((note) => html`<p class="soft">${note}</p>`)}
${mappingsOf(event, { ...explanation, mappings: explanation.mappings.map(withoutValues) }, view)}`
}

/** The event shows them already. */
const withoutValues = ({ occurrences, ...mapping }: MappingExplanation): MappingExplanation => ({
  ...mapping,
  occurrences: occurrences.map(({ properties: _, profile: __, ...occurrence }) => occurrence),
})

/** The event's own mapping first. The others read parts of the record that this event does not show. */
function mappingsOf({ metric }: LedgerEvent, { mappings }: EventExplanation, view: OutcomesView): Html | '' {
  if (mappings.length === 0) return ''
  const own = mappings.filter((mapping) => mapping.metric === metric)
  const others = mappings.filter((mapping) => mapping.metric !== metric).map(maskExplanation)
  return html`<h3>What each mapping makes of the record</h3>${mappingOutcomes([...own, ...others], view)}`
}

function deliveryFacts({ key, settledAt, receipt, contact, record }: LedgerEvent): Html {
  return html`<dl class="facts">
<dt>Processed</dt><dd>${timeElement(settledAt)}</dd>
${key !== undefined && html`<dt>Key</dt><dd><code>${key}</code></dd>`}
${contact !== undefined && html`<dt>Contact</dt><dd><code>${contact}</code></dd>`}
<dt>Record</dt><dd><code>${record}</code></dd>
${receipt && html`<dt>Response</dt><dd>${receipt.status}${receipt.requestId && html`, request <code>${receipt.requestId}</code>`}</dd>`}
</dl>`
}
