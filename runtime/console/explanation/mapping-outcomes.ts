/** What each mapping that listens makes of a record: its events, or why there is none. */

import { html } from 'hono/html'
import { capitalize, formatCount, plural } from '../../lib/format.ts'
import { findUnknown, type LookupReading, selectLookups } from '../../mapping/explain/explain-lookups.ts'
import type { MappingExplanation, OccurrenceExplanation } from '../../mapping/explain/explain-mapping.ts'
import type { ExpressionReading } from '../../mapping/explain/read-expression.ts'
import { CONTACT } from '../../mapping/hydrate.ts'
import { PROFILE } from '../../mapping/map-profile.ts'
import { describeSkipReason, isWaitReason } from '../../skip-reasons.ts'
import { faultCode, skipReasonCode } from '../fault-link.ts'
import { timeElement } from '../format-html.ts'
import { metricLink } from '../metric-link.ts'
import type { Html, PageContext } from '../types.ts'
import { explainedValues, toExplainedValues, type ValuesView } from './explained-values.ts'
import { bullets, expressionSource, lookupItem, readItems } from './reads.ts'

/** Occurrences of a mapping. A conversation may have hundreds of parts. */
const MAX_SHOWN = 20

export interface OutcomesView extends ValuesView {
  readonly link: PageContext['link']
  /** Names without a value that keep a person from being identified. */
  readonly identifiers: readonly string[]
  /** Whether the record has not ended. */
  readonly waits?: boolean
}

export function mappingOutcomes(mappings: readonly MappingExplanation[], view: OutcomesView): Html {
  return html`<ul class="outcomes">${mappings.map((mapping) => html`<li>${mappingOutcome(mapping, view)}</li>`)}</ul>`
}

function mappingOutcome(mapping: MappingExplanation, view: OutcomesView): Html {
  const { metric, file, disabled, each, occurrences } = mapping
  const title = html`<strong>${metricLink(metric, view)}</strong>`
  if (disabled)
    return html`<p>${title} <span class="badge">Off</span> Turned off by <code>enabled: false</code> in <code>${file}</code>.</p>`
  const last = occurrences.at(-1)
  if (last === undefined)
    return html`<p>${title} <span class="badge">No event</span> The record holds no part that this metric counts.</p>${each && ruleReading(each)}`
  const others = occurrences.filter(({ status }) => status !== 'when-false')
  if (others.length === 0) return whenFalse(title, occurrences.length, last)
  const shown = others.slice(-MAX_SHOWN)
  const rest = [
    ...(others.length > shown.length
      ? [`${formatCount(others.length - shown.length)} earlier events are not shown.`]
      : []),
    ...(others.length < occurrences.length
      ? [`The condition is not met for ${plural(occurrences.length - others.length, 'other part')}.`]
      : []),
  ]
  return html`${shown.map((one) => occurrenceOutcome(title, one, metric, view))}${rest.length > 0 && html`<p class="soft">${rest.join(' ')}</p>`}`
}

function whenFalse(title: Html, parts: number, { rule }: OccurrenceExplanation): Html {
  const which = parts === 1 ? '' : ` for any of ${plural(parts, 'part')}. The last one`
  return html`<p>${title} <span class="badge">Condition not met</span> <code>when</code> is false${which}${rule ? ':' : '.'}</p>${rule && ruleReading(rule)}`
}

/** What a condition read, then the condition itself. */
const ruleReading = (rule: ExpressionReading): Html => html`${bullets(readItems(rule.reads))}${expressionSource(rule)}`

function occurrenceOutcome(title: Html, occurrence: OccurrenceExplanation, metric: string, view: OutcomesView): Html {
  const { status, time, rule, fault } = occurrence
  const reason = reasonOf(occurrence, view)
  const at = time !== undefined && html` <span class="soft">${timeElement(Date.parse(time))}</span>`
  if (status === 'sent')
    return html`<p>${title} <span class="badge good">${metric === PROFILE ? 'Updates the profile' : 'Makes an event'}</span>${at}</p>${parts(occurrence, view)}`
  // The rule names the same place.
  const place = rule === undefined ? fault?.place : undefined
  if (status === 'failed')
    return html`<p>${title} <span class="badge bad">Fails</span> ${capitalize(fault?.message ?? '')}${place !== undefined && html` <code>${place}</code>`}${fault && html` (${faultCode(fault.code, view.options)})`}.${at}</p>${rule && ruleReading(rule)}${parts(occurrence, view)}`
  const unknown = view.asked ? [] : unknownContact(occurrence)
  if (unknown.length > 0)
    return html`<p>${title} <span class="badge">Contact not known</span> The contact is not known here now, so this does not show whether the event is sent.${at}</p>
${bullets(unknown.map((one) => lookupItem(one, view)))}`
  return html`<p>${title} <span class="badge">${view.waits && isWaitReason(reason) ? 'Waits' : 'Skipped'}</span> ${capitalize(describeSkipReason(reason))}. ${skipReasonCode(reason, view.options)}${at}</p>
${rule ? ruleReading(rule) : missingPerson(occurrence, view)}`
}

/** Nothing more is sent of a record that has ended, whatever its contact gets. */
const reasonOf = ({ reason = '' }: OccurrenceExplanation, { waits }: OutcomesView): string =>
  reason === 'awaiting-identity' && waits !== true ? 'no-identity' : reason

const PERSON_REASONS = new Set(['awaiting-identity', 'no-identity', 'contact-not-found'])

/** Of an event without a person: the lookup of a contact that is not remembered. */
export const unknownContact = ({ reason = '', lookups = [] }: OccurrenceExplanation): readonly LookupReading[] =>
  PERSON_REASONS.has(reason) ? findUnknown(lookups, [CONTACT]) : []

/** Of an event without a person: the lookup of the contact, and the identifiers that it lacks. */
function missingPerson({ lookups = [], profile = [], reason }: OccurrenceExplanation, view: OutcomesView): Html | '' {
  if (reason !== 'awaiting-identity' && reason !== 'no-identity') return ''
  const lacking = profile.filter(({ name, status }) => status === 'left-out' && view.identifiers.includes(name))
  return bullets([
    ...selectLookups(lookups, ['contact']).map((lookup) => lookupItem(lookup, view)),
    ...readItems(lacking.flatMap(({ reads }) => reads)),
  ])
}

function parts({ properties = [], profile = [], lookups = [] }: OccurrenceExplanation, view: OutcomesView): Html | '' {
  const section = (title: string, some: typeof properties) =>
    some.length === 0
      ? ''
      : html`<details><summary>${title}</summary>${explainedValues(toExplainedValues(some, lookups), view)}</details>`
  return html`${section(countText(properties, 'property', 'properties'), properties)}${section(`Profile: ${countText(profile, 'value', 'values')}`, profile)}`
}

const countText = (some: readonly { readonly value?: unknown }[], one: string, many: string): string =>
  plural(some.filter(({ value }) => value !== undefined).length, one, many)
