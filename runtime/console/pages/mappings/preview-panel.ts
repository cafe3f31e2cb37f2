/** What a changed file makes of the newest records: masked, explained, with the property under the cursor first. */
import { html } from 'hono/html'
import { plural } from '../../../lib/format.ts'
import type { MappingExplanation } from '../../../mapping/explain/explain-mapping.ts'
import type { PropertyExplanation } from '../../../mapping/explain/explain-properties.ts'
import { isWaitReason } from '../../../skip-reasons.ts'
import { parsePlace } from '../../../spec/source-file.ts'
import type { Property, Spec } from '../../../spec/spec.ts'
import { metricsOf, previewRecords, type RecordPreview } from '../../../spec-editing/preview-records.ts'
import { isUnsettled } from '../../../store/found-events.ts'
import { mappingOutcomes, unknownContact } from '../../explanation/mapping-outcomes.ts'
import { maskExplanation } from '../../explanation/mask-explanation.ts'
import { toOutcomesView } from '../../explanation/record-explanation.ts'
import { timeElement, valueElement } from '../../format-html.ts'
import type { Html, PageContext } from '../../types.ts'

export interface PreviewedFile {
  readonly spec: Spec
  readonly path: string
  /** Of the cursor, from 1. */
  readonly line?: number | undefined
}

const RECORDS = 5

export async function previewPanel({ spec, path, line }: PreviewedFile, context: PageContext): Promise<Html> {
  const previews = await previewRecords({ spec, path, limit: RECORDS }, context.options.connector)
  const masked = previews.map((one) => ({ ...one, mappings: one.mappings.map(maskExplanation) }))
  if (masked.length === 0)
    return html`<p>No record of ${[...metricsOf(path, spec)].slice(0, 3).join(', ')} is stored, so there is nothing to map. Tests map their own records.</p>`
  const property = line === undefined ? undefined : findProperty(path, line, spec)
  return html`<p class="soft">The newest ${masked.length === 1 ? 'stored record' : `${masked.length} stored records`}, waiting ones included, mapped by this text. Nothing is sent. Personal data is masked.</p>
${property && propertyValues(property, masked)}
<ol class="previews">${masked.map((one) => recordItem(one, context))}</ol>`
}

function recordItem({ entry, mappings, problem }: RecordPreview, context: PageContext): Html {
  const { topic, stream, seq, receivedAt } = entry
  const waits = isUnsettled(entry)
  return html`<li><details${problem !== undefined && html` open`}><summary>${topic ?? stream} <span class="soft">record ${seq}, ${timeElement(receivedAt)}</span> ${summarize(mappings, waits, problem)}${waits && html` <span class="badge">Still waits</span>`}</summary>
${problem !== undefined ? html`<p>${problem}.</p>` : mappingOutcomes(mappings, toOutcomesView(context, false, entry))}</details></li>`
}

function summarize(mappings: readonly MappingExplanation[], waits: boolean, problem?: string): Html | '' {
  const all = mappings.flatMap(({ occurrences }) => occurrences)
  const count = (wanted: string) => all.filter(({ status }) => status === wanted).length
  if (problem !== undefined || count('failed') > 0) return html`<span class="badge bad">Fails</span>`
  if (count('sent') > 0) return html`<span class="badge good">${plural(count('sent'), 'event')}</span>`
  if (mappings.some(({ occurrences }) => occurrences.some((one) => unknownContact(one).length > 0)))
    return html`<span class="badge">Contact not known</span>`
  // The badge of the record says so.
  if (waits && all.some(({ reason = '' }) => isWaitReason(reason))) return ''
  return html`<span class="badge">${count('skipped') > 0 ? 'Skipped' : 'No event'}</span>`
}

/** The property whose expression the line belongs to. */
function findProperty(path: string, line: number, { mappings, disabledMappings, profile }: Spec): string | undefined {
  const all = [
    ...[...mappings, ...disabledMappings].flatMap(({ properties, profileProperties }) => [
      ...properties,
      ...profileProperties,
    ]),
    ...profile.attributes,
    ...profile.properties,
  ]
  return all.find(({ expr }) => isOnLine(expr, path, line))?.name
}

function isOnLine({ place, text }: Property['expr'], path: string, line: number): boolean {
  const parsed = parsePlace(place)
  const lines = text.trimEnd().split('\n').length
  return parsed?.path === path && line >= parsed.line && line < parsed.line + lines
}

function propertyValues(name: string, previews: readonly RecordPreview[]): Html {
  const found = previews.flatMap(({ entry, mappings }) =>
    mappings
      .flatMap(({ occurrences }) =>
        occurrences.flatMap(({ properties = [], profile = [] }) => [...properties, ...profile]),
      )
      .filter((one) => one.name === name)
      .slice(0, 1)
      .map((one) => ({ seq: entry.seq, one })),
  )
  if (found.length === 0)
    return html`<p class="note"><strong dir="auto">${name}</strong>: no event of these records.</p>`
  return html`<div class="note"><p><strong dir="auto">${name}</strong> <span class="soft">on the line of the cursor</span></p>
<dl class="facts">${found.map(({ seq, one }) => html`<dt>record ${seq}</dt><dd>${shownValue(one)}</dd>`)}</dl></div>`
}

function shownValue({ value, status, fault }: PropertyExplanation): Html | string {
  if (fault) return html`<span class="badge bad">Fails</span> ${fault.message}`
  if (value === undefined)
    return html`<span class="soft">no value${status === 'skips-event' && ', so the event is skipped'}</span>`
  return valueElement(value)
}
