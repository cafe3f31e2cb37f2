/** How an event was mapped: each value with its expression and what that read, what is missing, and what other mappings make of the record. */
import { html } from 'hono/html'
import { selectLookups } from '../../../mapping/explain/explain-lookups.ts'
import type { MappingExplanation } from '../../../mapping/explain/explain-mapping.ts'
import type { PropertyExplanation } from '../../../mapping/explain/explain-properties.ts'
import type { LedgerEvent } from '../../../ports/ledger.ts'
import { type ExplainedValues, explainedValues, toExplainedValues } from '../../explanation/explained-values.ts'
import { mappingOutcomes, type OutcomesView } from '../../explanation/mapping-outcomes.ts'
import { matchExplanations, matchProfile } from '../../explanation/match-explanations.ts'
import { bullets, lookupItem } from '../../explanation/reads.ts'
import type { Html } from '../../types.ts'
import type { EventExplanation, RemappedEvent } from './remap-event.ts'

export interface MappedView extends OutcomesView {
  /** Whether values of people are shown. */
  readonly inFull: boolean
  /** Of what ran then and what runs now. */
  readonly specNote: Html | ''
}

type Values = Pick<ExplainedValues, 'values' | 'missing'>

export function mappedSection(event: LedgerEvent, remapped: RemappedEvent, view: MappedView): Html {
  return html`<section class="card" id="mapped" aria-label="How it was mapped"><h2>How it was mapped</h2>${view.specNote}${content(event, remapped, view)}</section>`
}

function content(event: LedgerEvent, remapped: RemappedEvent, view: MappedView): Html {
  const { explanation } = remapped
  if ('unavailable' in remapped) return html`<p>${remapped.unavailable}</p>${mappingsOf(event, explanation, view)}`
  const { lookups } = explanation
  const notes = new Map(remapped.request?.notes.map(({ field, note }) => [field, note]))
  const section = (title: string, prefix: string, values: Values): Html | '' =>
    values.values.length + values.missing.length === 0
      ? ''
      : html`<h3>${title}</h3>${explainedValues({ ...values, lookups, notes, prefix }, view)}`
  const { properties, worth, profile } = view.inFull ? matched(remapped) : masked(explanation)
  return html`${section('Properties', 'properties.', properties)}
${section('Value', '', worth)}
${section('Profile', 'profile.', profile)}
${bullets(selectLookups(lookups, ['contact']).map((lookup) => lookupItem(lookup, view)))}
${remapped.notes.map((note) => html`<p class="soft">${note}</p>`)}
${mappingsOf(event, { ...explanation, mappings: explanation.mappings.map(withoutValues) }, view)}`
}

/** The values as they are sent: within the limits of the destination. */
function matched({ properties = {}, worth = {}, profile, explanation }: Extract<RemappedEvent, { profile: unknown }>) {
  return {
    properties: matchExplanations(properties, explanation.properties),
    worth: matchExplanations(worth, explanation.worth),
    profile: matchProfile(profile, explanation.profile),
  }
}

function masked({ properties, worth, profile }: EventExplanation) {
  const valuesOf = (some: readonly PropertyExplanation[]) => toExplainedValues(some, [])
  return { properties: valuesOf(properties), worth: valuesOf(worth), profile: valuesOf(profile) }
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
  const others = mappings.filter((mapping) => mapping.metric !== metric)
  return html`<details><summary>What each mapping makes of the record</summary>${mappingOutcomes([...own, ...others], view)}</details>`
}
