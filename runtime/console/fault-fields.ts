/** What a fault is about: each property or part of a mapping by name, its line, and the value in one record. */
import { html } from 'hono/html'
import { findUnknown } from '../mapping/explain/explain-lookups.ts'
import type { MappingExplanation, OccurrenceExplanation } from '../mapping/explain/explain-mapping.ts'
import type { PropertyExplanation } from '../mapping/explain/explain-properties.ts'
import type { ExpressionReading } from '../mapping/explain/read-expression.ts'
import { CONTACT } from '../mapping/hydrate.ts'
import { toPreviewInput } from '../mapping/record-input.ts'
import type { LedgerEntry } from '../ports/ledger.ts'
import type { EventResult, FaultInfo } from '../ports/types.ts'
import { hashSpec } from '../spec/hash-spec.ts'
import { placeOfField } from '../spec/message-fields.ts'
import { parsePlace } from '../spec/source-file.ts'
import type { Spec } from '../spec/spec.ts'
import { describeField } from './explanation/describe-field.ts'
import { maskExplanation } from './explanation/mask-explanation.ts'
import { bullets, expressionSource, lookupItem, readItems } from './explanation/reads.ts'
import { valueElement } from './format-html.ts'
import { specLink } from './pages/mappings/addresses.ts'
import { placeLink } from './place-link.ts'
import type { Html, PageContext } from './types.ts'

interface PlacedFault extends Pick<FaultInfo, 'fields' | 'place'> {
  /** The hash of the spec that its place is in. Absent: not known. */
  readonly mappedBy?: string | undefined
}

/** Rows of a list of facts: the names, each with its line where the fault has no closer place, and that place. */
export function faultPlaceFacts(fault: PlacedFault, metric: string | undefined, context: PageContext): Html {
  const { spec } = context.options.connector
  const { fields = [] } = fault
  const place = runningPlace(fault, spec)
  const isGone = place === undefined && faultPlace(fault, metric, context) === undefined
  const lineOf = (field: string) => (place === undefined ? placeOfField(field, metric, spec) : undefined)
  return html`${fields.map((field) => {
    const [label, name] = describeField(field)
    const line = lineOf(field)
    return html`<dt>${label}</dt><dd><span dir="auto">${name}</span>${line !== undefined && html` ${placeLink(line, context)}`}</dd>`
  })}
${place !== undefined && html`<dt>Location</dt><dd>${placeLink(place, context)}</dd>`}${isGone && formerPlace(fault, context)}`
}

/** Undefined for a place in another version of the spec, whose lines may have moved. */
const runningPlace = ({ place, mappedBy }: PlacedFault, { sourceFiles }: Spec): string | undefined =>
  mappedBy === undefined || mappedBy === hashSpec(sourceFiles) ? place : undefined

function formerPlace({ place = '', mappedBy = '' }: PlacedFault, { link }: PageContext): Html | '' {
  const { path, line } = parsePlace(place) ?? {}
  if (path === undefined) return ''
  return html`<dt>Location</dt><dd><code>${path}</code>, <a href="${link(specLink(mappedBy))}">line ${line} of the version that ran then</a></dd>`
}

/** Where the mapping of a fault can be read in the running spec: its own place, else that of its first field. */
export function faultPlace(
  fault: PlacedFault,
  metric: string | undefined,
  { options }: PageContext,
): string | undefined {
  const { spec } = options.connector
  const places = (fault.fields ?? []).map((field) => placeOfField(field, metric, spec))
  return runningPlace(fault, spec) ?? places.find((one) => one !== undefined)
}

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
    const names = fields.flatMap((field) => lookupsOf(field, own))
    const unknown = findUnknown(own.lookups ?? [], names)
    const view = { asked: false, source: connector.spec.source.name }
    const notes = bullets(unknown.map((one) => lookupItem(one, view)))
    return rows.length === 0 ? notes : html`${valueList(rows, unknown.length > 0)}${notes}`
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

/** Names of the lookups that the value of a field comes from. */
function lookupsOf(field: string, { properties = [], lookups = [] }: OccurrenceExplanation): readonly string[] {
  if (field.startsWith('profile.')) return [CONTACT]
  const found = properties.find(({ name }) => field === name || field === `properties.${name}`)
  return found?.lookups ?? lookups.map(({ name }) => name)
}

/** `isPartial`: a lookup is not remembered, so that an absent value says nothing of the record. */
const valueList = (rows: readonly NamedReading[], isPartial: boolean): Html =>
  html`<dl class="facts explained">${rows.map(
    ([name, reading]) =>
      html`<div><dt dir="auto">${name}</dt><dd>${reading.value === undefined ? html`<span class="soft">${isPartial ? 'not known here now' : 'no value'}</span>` : valueElement(reading.value)}${(reading.value !== undefined || !isPartial) && bullets(readItems(reading.reads))}${expressionSource(reading)}</dd></div>`,
  )}</dl>`
