/** What an expression read, and what its lookups found, as lists. */
import { html } from 'hono/html'
import { capitalize, formatCount, plural } from '../../lib/format.ts'
import { type AbsentPaths, describeValue, groupReads, isOnlyRead, oneLine } from '../../mapping/explain/describe.ts'
import type { LookupReading } from '../../mapping/explain/explain-lookups.ts'
import type { ExpressionReading } from '../../mapping/explain/read-expression.ts'
import type { PathReading } from '../../mapping/explain/read-path.ts'
import type { Html } from '../types.ts'

/** How lookups were found for an explanation, and the name of the source. */
export interface ExplanationView {
  /** Whether the source was asked for lookups that are no longer cached. */
  readonly asked: boolean
  readonly source: string
}

/** Names of fields. A record may have hundreds. */
const MAX_FIELDS = 20

export const codes = (texts: readonly string[]): Html =>
  html`${texts.map((text, at) => html`${at > 0 && ', '}<code dir="auto">${text}</code>`)}`

/** One line for each path with a value, one for each place where paths end, with what is there instead. */
export const readItems = (reads: readonly PathReading[]): readonly Html[] => [
  ...presentItems(reads),
  ...groupReads(reads).absent.map((one) => {
    const parent = parentItem(one)
    return parent === '' ? absentItem(one) : html`${absentItem(one)}. ${parent}`
  }),
]

/** For a list of properties that lack fields of one record: what is there instead, once for all of them. */
export function parentItems(reads: readonly PathReading[]): readonly Html[] {
  const parents = groupReads(reads).absent.map((one): [string, Html | ''] => [
    JSON.stringify([one.of, one.fields, one.items]),
    parentItem(one),
  ])
  return [...new Map(parents).values()].flatMap((item) => item || [])
}

/** `readItems` without the fields that are there. */
export const shortReadItems = (reads: readonly PathReading[]): readonly Html[] => [
  ...presentItems(reads),
  ...groupReads(reads).absent.map(absentItem),
]

const presentItems = (reads: readonly PathReading[]): readonly Html[] =>
  groupReads(reads).present.map(
    ({ path, value, count }) => html`<code>${path}</code> is <code dir="auto">${describeValue(value, count)}</code>`,
  )

const absentItem = ({ paths }: AbsentPaths): Html =>
  html`${codes(paths)} ${paths.length === 1 ? 'has' : 'have'} no value`

/** The fields of the resource itself, of a variable, or of a part of them. */
function parentItem({ of, fields, items }: AbsentPaths): Html | '' {
  if (of === undefined) return ''
  const parent = html`<code>${of}</code>`
  if (items !== undefined) return html`${parent} has ${plural(items, 'item')}`
  if (fields.length === 0) return of === '' ? html`No field is present` : html`${parent} has no fields`
  const rest = fields.length - MAX_FIELDS
  const names = html`${codes(fields.slice(0, MAX_FIELDS))}${rest > 0 && ` and ${formatCount(rest)} more`}`
  return of === '' ? html`Present: ${names}` : html`${parent} has ${names}`
}

export function lookupItem(lookup: LookupReading, view: ExplanationView): Html {
  const { name, keys, found, key, from } = lookup
  const variable = html`<code>$${name}</code>`
  const ofParent = from !== undefined && html` of <code>$${from}</code>`
  if (keys.length > 0) {
    // Where a long expression chose the id among several, the id says enough, unless it is a wrong one.
    const isPath = key !== undefined && isOnlyRead(key)
    const origin = key && (isPath || !found) && html`, read from <code>${oneLine(key.text)}</code>${ofParent}`
    return html`${variable}: ${codes(keys)} ${foundText(lookup, view)}${origin}`
  }
  if (key === undefined)
    return html`${variable} was not looked up${from !== undefined && html`: <code>$${from}</code> has no value`}`
  return html`${variable} was not looked up: <code>${oneLine(key.text)}</code>${ofParent} gives no id`
}

function foundText({ found, collected }: LookupReading, { asked, source }: ExplanationView): string {
  if (found) return 'was found'
  const reason = asked ? `was not found in ${capitalize(source)}` : 'is not among the lookups that are still cached'
  return collected ? `${reason}, so only its fields in the record are known` : reason
}

/** The expression and its place in the spec. A path that it consists of is among the reads already. */
export function expressionSource(reading: ExpressionReading): Html {
  const text = !isOnlyRead(reading) && html`<code>${oneLine(reading.text)}</code> `
  return html`<p class="expression">${text}<span class="place">${reading.place}</span></p>`
}

export const bullets = (items: readonly Html[]): Html | '' =>
  items.length === 0 ? '' : html`<ul class="plain">${items.map((item) => html`<li>${item}</li>`)}</ul>`
