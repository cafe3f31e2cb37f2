/** Values with the explanation of each behind Details, and the properties that have none with the reason. */
import { html } from 'hono/html'
import { capitalize, plural } from '../../lib/format.ts'
import { type LookupReading, selectLookups } from '../../mapping/explain/explain-lookups.ts'
import type { PropertyExplanation } from '../../mapping/explain/explain-properties.ts'
import type { Json } from '../../ports/types.ts'
import { describeSkipReason } from '../../skip-reasons.ts'
import { faultCode } from '../fault-link.ts'
import { valueElement } from '../format-html.ts'
import type { ConsoleOptions, Html } from '../types.ts'
import {
  bullets,
  type ExplanationView,
  expressionSource,
  lookupItem,
  parentItems,
  readItems,
  shortReadItems,
} from './reads.ts'

export interface ExplainedValue {
  readonly name: string
  readonly value: Json
  /** Absent: the mapping has changed, or the destination's limits gave the value. */
  readonly explanation?: PropertyExplanation | undefined
}

export interface ExplainedValues {
  readonly values: readonly ExplainedValue[]
  /** Properties without a value, and those that fail. */
  readonly missing: readonly PropertyExplanation[]
  readonly lookups: readonly LookupReading[]
  /** What the destination does with a value, by `prefix` and the name of the value. */
  readonly notes?: ReadonlyMap<string, string>
  readonly prefix?: string
}

export interface ValuesView extends ExplanationView {
  readonly options: Pick<ConsoleOptions, 'app'>
}

/** Splits explanations into values and what has none. */
export function toExplainedValues(
  properties: readonly PropertyExplanation[],
  lookups: readonly LookupReading[],
): ExplainedValues {
  const values = properties.flatMap((explanation) => {
    const { name, value, status } = explanation
    return hasValue(status) && value !== undefined ? [{ name, value, explanation }] : []
  })
  return { values, missing: findMissing(properties), lookups }
}

export const hasValue = (status: PropertyExplanation['status']): boolean => status === 'sent' || status === 'default'

export const findMissing = (properties: readonly PropertyExplanation[]): readonly PropertyExplanation[] =>
  properties.filter(({ status }) => !hasValue(status))

export function explainedValues(
  { values, missing, lookups, notes, prefix = '' }: ExplainedValues,
  view: ValuesView,
): Html {
  const failed = missing.filter(({ status }) => status !== 'left-out')
  return html`${failed.length > 0 && html`<dl class="facts explained">${failed.map((one) => failedRow(one, lookups, view))}</dl>`}
${values.length > 0 && html`<dl class="facts explained">${values.map((one) => valueRow({ ...one, note: notes?.get(prefix + one.name) }, lookups, view))}</dl>`}
${leftOut(
  missing.filter(({ status }) => status === 'left-out'),
  lookups,
  view,
)}`
}

function leftOut(
  properties: readonly PropertyExplanation[],
  lookups: readonly LookupReading[],
  view: ValuesView,
): Html | '' {
  if (properties.length === 0) return ''
  const present = parentItems(properties.flatMap(({ reads }) => reads))
  return html`<details class="left-out"><summary>${plural(properties.length, 'property', 'properties')} left out for lack of a value</summary>
${bullets(present)}<dl class="facts explained">${properties.map((one) => html`<div><dt dir="auto">${one.name}</dt><dd>${bullets([...shortReadItems(one.reads), ...lookupItems(one, lookups, view)])}${expressionSource(one)}</dd></div>`)}</dl></details>`
}

function valueRow(
  { name, value, explanation, note }: ExplainedValue & { readonly note: string | undefined },
  lookups: readonly LookupReading[],
  view: ValuesView,
): Html {
  const details =
    explanation &&
    html`<details><summary>Details<span class="hidden"> of ${name}</span></summary>${explanation.status === 'default' && html`<p>The default, because the expression gives no value.</p>`}${body(explanation, lookups, view)}</details>`
  return html`<div><dt dir="auto">${name}</dt><dd>${valueElement(value)}${details}${note !== undefined && html`<p class="field-note">${note}</p>`}</dd></div>`
}

function failedRow(explanation: PropertyExplanation, lookups: readonly LookupReading[], view: ValuesView): Html {
  return html`<div><dt dir="auto">${explanation.name}</dt><dd>${missingReason(explanation, view)}${body(explanation, lookups, view)}</dd></div>`
}

function missingReason({ status, reason = '', fault }: PropertyExplanation, { options }: ValuesView): Html | '' {
  if (status === 'failed' && fault)
    return html`<p><span class="badge bad">Fails</span> ${capitalize(fault.message)} (${faultCode(fault.code, options)}).</p>`
  if (status === 'skips-event')
    return html`<p><span class="badge warn">No value</span> The event is skipped for it: ${describeSkipReason(reason)}.</p>`
  return ''
}

/** What it read, what was looked up for it, and its expression. */
const body = (explanation: PropertyExplanation, lookups: readonly LookupReading[], view: ValuesView): Html =>
  html`${bullets([...readItems(explanation.reads), ...lookupItems(explanation, lookups, view)])}${expressionSource(explanation)}`

const lookupItems = (
  { lookups: names }: PropertyExplanation,
  lookups: readonly LookupReading[],
  view: ValuesView,
): readonly Html[] => selectLookups(lookups, names).map((lookup) => lookupItem(lookup, view))
