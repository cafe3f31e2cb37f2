/** Prints what each mapping made of a record and why: a block per mapping and occurrence. */
import { plural } from '../../lib/format.ts'
import { describeReads, findSilence, formatValue, isOnlyRead, oneLine } from '../../mapping/explain/describe.ts'
import { type LookupReading, selectLookups } from '../../mapping/explain/explain-lookups.ts'
import type { MappingExplanation, OccurrenceExplanation } from '../../mapping/explain/explain-mapping.ts'
import type { PropertyExplanation } from '../../mapping/explain/explain-properties.ts'
import type { RecordExplanation } from '../../mapping/explain/explain-record.ts'
import type { ExpressionReading, FaultReading } from '../../mapping/explain/read-expression.ts'
import type { PathReading } from '../../mapping/explain/read-path.ts'
import { describeSkipReason } from '../../skip-reasons.ts'
import type { Painter } from '../io.ts'

export interface LabelledExplanation extends RecordExplanation {
  readonly record?: string
  readonly topic?: string
  readonly stream?: string | undefined
}

export function formatExplanations(explanations: readonly LabelledExplanation[], paint: Painter): string {
  return explanations.map((one) => `${explanationLines(one, paint).join('\n')}\n`).join('\n')
}

function explanationLines({ record, id, topic, stream, mappings }: LabelledExplanation, paint: Painter): string[] {
  const subject = record ?? [topic ?? stream, id].filter(Boolean).join(' ')
  const printed = new Set<string>()
  const lines = mappings.flatMap((mapping) => ['', ...mappingLines(mapping, printed, paint)])
  return [paint('dim', subject), ...(lines.length > 0 ? lines : ['', 'No mapping takes it.'])]
}

/** `printed`: the profiles so far. Several events often have one person. */
function mappingLines(mapping: MappingExplanation, printed: Set<string>, paint: Painter): string[] {
  const { metric, file, occurrences } = mapping
  const others = occurrences.filter(({ status }) => status !== 'when-false')
  const falseParts = occurrences.length - others.length
  const title = `${paint('bold', metric)}  ${paint('dim', file)}`
  if (others.length === 0) {
    const { summary = '', rule } = findSilence(mapping) ?? {}
    return [title, `  ${paint('yellow', 'sends nothing')}: ${summary}`, ...ruleLines(rule, paint)]
  }
  const rest = falseParts === 0 ? [] : [`  ${paint('dim', `when is false for ${plural(falseParts, 'other part')}`)}`]
  return [title, ...others.flatMap((one) => occurrenceLines(one, printed, paint)), ...rest]
}

function occurrenceLines(one: OccurrenceExplanation, printed: Set<string>, paint: Painter): string[] {
  const { lookups = [], properties = [], profile = [] } = one
  const used = findUsed(lookups, [...properties, ...profile])
  const linesOf = (title: string, explained: readonly PropertyExplanation[]) =>
    section(
      title,
      explained.flatMap((property) => propertyLines(property, lookups, paint)),
      paint,
    )
  const person = linesOf('profile', profile)
  const isKnown = printed.size === printed.add(person.join('\n')).size
  return [
    ...outcomeLines(one, paint),
    ...(one.status === 'sent' ? [] : ruleLines(one.rule, paint)),
    ...section(
      'lookups',
      used.map((lookup) => `    ${describeLookup(lookup)}`),
      paint,
    ),
    ...(isKnown && person.length > 0 ? [`  ${paint('dim', 'profile  as above')}`] : person),
    ...linesOf('properties', properties),
  ]
}

const section = (title: string, lines: readonly string[], paint: Painter): readonly string[] =>
  lines.length === 0 ? [] : [`  ${paint('dim', title)}`, ...lines]

/** The lookups behind the properties that were looked up. */
const findUsed = (lookups: readonly LookupReading[], properties: readonly PropertyExplanation[]) =>
  selectLookups(
    lookups,
    properties.flatMap((property) => property.lookups),
  ).filter(({ keys }) => keys.length > 0)

function outcomeLines({ status, time, key, reason = '', fault }: OccurrenceExplanation, paint: Painter): string[] {
  switch (status) {
    case 'sent':
      return [`  ${paint('green', 'sent')}${time ? `  ${time}  key ${key}` : ''}`]
    case 'skipped': {
      const meaning = describeSkipReason(reason)
      // A mapping's own reason has no other words.
      return [
        `  ${paint('yellow', `skipped: ${reason}`)}${meaning === reason.replaceAll('-', ' ') ? '' : `  ${meaning}`}`,
      ]
    }
    case 'when-false':
      return [`  ${paint('yellow', 'when is false')}`]
    case 'failed':
      return faultLines(fault, '  ', paint)
  }
}

const faultLines = (fault: FaultReading | undefined, indent: string, paint: Painter): string[] => [
  `${indent}${paint('red', `fails: ${fault?.message}`)}`,
  ...(fault?.place === undefined ? [] : [`${indent}${fault.place}`]),
]

function ruleLines(rule: ExpressionReading | undefined, paint: Painter): string[] {
  if (rule === undefined) return []
  return [`    ${oneLine(rule.text)}  ${paint('dim', rule.place)}`, ...readLines(rule.reads, '      ')]
}

const readLines = (reads: readonly PathReading[], indent: string): string[] =>
  describeReads(reads).map((line) => `${indent}${line}`)

/** `Title = "Hello" ← title  mappings/x.yaml:7:10`, then what else it read. */
function propertyLines(
  { name, status, value, reason, fault, text, place, reads, lookups: used }: PropertyExplanation,
  lookups: readonly LookupReading[],
  paint: Painter,
): string[] {
  const outcome = {
    sent: () => `= ${formatValue(value)}`,
    default: () => `= ${formatValue(value)} ${paint('dim', '(the default)')}`,
    'left-out': () => paint('yellow', 'left out'),
    'skips-event': () => paint('yellow', `missing: skips the event as ${reason}`),
    failed: () => paint('red', 'fails'),
  }[status]()
  const missing = lookups.filter((lookup) => used.includes(lookup.name) && !lookup.found)
  // A path that is the whole expression says nothing beyond the value.
  const shown = status === 'sent' && isOnlyRead({ text, reads }) ? [] : reads
  return [
    `    ${paint('bold', name)} ${outcome} ← ${oneLine(text)}  ${paint('dim', place)}`,
    ...(fault === undefined ? [] : faultLines(fault, '      ', paint).filter((line) => line.trim() !== place)),
    ...readLines(shown, '      '),
    ...(status === 'sent' ? [] : missing.map((lookup) => `      ${describeLookup(lookup)}`)),
  ]
}

/** `$admin: not found by 493881 ← admin_assignee_id`. */
function describeLookup({ name, keys, found, collected, key, from }: LookupReading): string {
  if (keys.length > 0) {
    const source = key === undefined ? '' : ` ← ${oneLine(key.text)}${from === undefined ? '' : ` of $${from}`}`
    const by = `${found ? 'found' : 'not found'} by ${keys.join(', ')}`
    return `$${name}: ${by}${collected ? ', but in the record itself' : ''}${source}`
  }
  if (key === undefined) return `$${name}: not looked up${from === undefined ? '' : `, since $${from} is absent`}`
  const reads = describeReads(key.reads.filter(({ absent }) => absent !== undefined)).join(', ')
  const of = from === undefined ? '' : ` of $${from}`
  return `$${name}: not looked up, since its key${of} gives no id${reads === '' ? '' : `: ${reads}`}`
}
