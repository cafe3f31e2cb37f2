/** What a fault is about: each property or part of a mapping by name, its line, and the value in one record. */
import { html } from 'hono/html'
import type { MappingExplanation, OccurrenceExplanation } from '../mapping/explain/explain-mapping.ts'
import type { PropertyExplanation } from '../mapping/explain/explain-properties.ts'
import type { ExpressionReading } from '../mapping/explain/read-expression.ts'
import { toPreviewInput } from '../mapping/record-input.ts'
import type { LedgerEntry } from '../ports/ledger.ts'
import type { EventResult, FaultInfo } from '../ports/types.ts'
import { placeOfField } from '../spec/message-fields.ts'
import { describeField } from './explanation/describe-field.ts'
import { maskExplanation } from './explanation/mask-explanation.ts'
import { bullets, expressionSource, readItems } from './explanation/reads.ts'
import { valueElement } from './format-html.ts'
import { placeLink } from './place-link.ts'
import type { Html, PageContext } from './types.ts'

type PlacedFault = Pick<FaultInfo, 'fields' | 'place'>

/** Rows of a list of facts: the names, each with its line where the fault has no closer place, and that place. */
export function faultPlaceFacts(
  { fields = [], place }: PlacedFault,
  metric: string | undefined,
  context: PageContext,
): Html {
  const { spec } = context.options.connector
  const lineOf = (field: string) => (place === undefined ? placeOfField(field, metric, spec) : undefined)
  return html`${fields.map((field) => {
    const [label, name] = describeField(field)
    const line = lineOf(field)
    return html`<dt>${label}</dt><dd><span dir="auto">${name}</span>${line !== undefined && html` ${placeLink(line, context)}`}</dd>`
  })}
${place !== undefined && html`<dt>Location</dt><dd>${placeLink(place, context)}</dd>`}`
}

/** Where the mapping of a fault can be read: its own place, else that of its first field. */
export const faultPlace = ({ fields = [], place }: PlacedFault, metric: string | undefined, { options }: PageContext) =>
  place ?? fields.map((field) => placeOfField(field, metric, options.connector.spec)).find((one) => one !== undefined)

export interface FaultOfRecord {
  readonly fault: PlacedFault
  readonly entry: LedgerEntry
  readonly event: Pick<EventResult, 'metric' | 'key'>
  /** Whether values of people are shown. */
  readonly inFull: boolean
}

/** The values of the fields in a record, as the current mappings read them. Asks the source for nothing. */
export async function faultValues(
  { fault, entry, event, inFull }: FaultOfRecord,
  context: PageContext,
): Promise<Html | ''> {
  const { connector } = context.options
  const { fields = [] } = fault
  const input = toPreviewInput(entry)
  if (fields.length === 0 || input === undefined) return ''
  try {
    const explainOnly = (metric: string, key: string) =>
      metric === event.metric && (event.key === undefined || key === event.key)
    const { explanations = [] } = await connector.preview({
      ...{ ...input, lookupFallback: 'remembered', explain: true, explainOnly },
    })
    const mappings = explanations.flatMap((one) => one.mappings).filter(({ metric }) => metric === event.metric)
    const own = ownOccurrence(inFull ? mappings : mappings.map(maskExplanation), event)
    if (own === undefined) return ''
    const { identifiers } = connector.spec.profile
    const refused = fields.flatMap((field) => readingsOf(field, own))
    const people = (own.profile ?? []).filter(
      (one) =>
        identifiers.includes(one.name) && one.value !== undefined && refused.every(([, reading]) => reading !== one),
    )
    const rows = [...refused, ...people.map((one) => [one.name, one] as const)]
    return rows.length === 0 ? '' : valueList(rows)
  } catch {
    // The cause says why the record cannot be mapped.
    return ''
  }
}

function ownOccurrence(
  mappings: readonly MappingExplanation[],
  { key }: FaultOfRecord['event'],
): OccurrenceExplanation | undefined {
  const all = mappings.flatMap(({ occurrences }) => occurrences)
  return all.find((one) => key !== undefined && one.key === key) ?? all.find(({ status }) => status === 'failed')
}

type NamedReading = readonly [name: string, reading: ExpressionReading]

function readingsOf(
  field: string,
  { properties = [], profile = [], rule }: OccurrenceExplanation,
): readonly NamedReading[] {
  const [, name = field] = describeField(field)
  const isOf = (one: PropertyExplanation) => one.name.toLowerCase() === name.toLowerCase()
  const found = field.startsWith('profile.') ? profile.find(isOf) : properties.find(isOf)
  const reading = found ?? (/\./.test(field) ? undefined : rule)
  return reading === undefined ? [] : [[name, reading]]
}

const valueList = (rows: readonly NamedReading[]): Html =>
  html`<dl class="facts explained">${rows.map(
    ([name, reading]) =>
      html`<div><dt dir="auto">${name}</dt><dd>${reading.value === undefined ? html`<span class="soft">no value</span>` : valueElement(reading.value)}${bullets(readItems(reading.reads))}${expressionSource(reading)}</dd></div>`,
  )}</dl>`
