/** Says in a line what an expression read, and why a mapping sends nothing of a record. */
import { joinWords } from '../../expression/did-you-mean.ts'
import { plural } from '../../lib/format.ts'
import { isObject } from '../../lib/json.ts'
import type { Json } from '../../ports/types.ts'
import type { MappingExplanation } from './explain-mapping.ts'
import type { ExpressionReading } from './read-expression.ts'
import type { AbsentField, PathReading } from './read-path.ts'

/** Why a mapping sends nothing, and what the expression behind it read. */
export interface Silence {
  readonly summary: string
  readonly rule?: ExpressionReading
}

/** Undefined: the mapping sends something. */
export function findSilence({ file, disabled, each, occurrences }: MappingExplanation): Silence | undefined {
  if (disabled) return { summary: `disabled in ${file}` }
  const last = occurrences.at(-1)
  if (last === undefined) return { summary: 'each finds nothing', ...(each && { rule: each }) }
  const { status, reason, fault, rule } = occurrences.findLast((one) => one.status !== 'when-false') ?? last
  const withRule = rule && { rule }
  switch (status) {
    case 'sent':
      return undefined
    case 'skipped':
      return { summary: `skipped: ${reason}`, ...withRule }
    case 'failed':
      return { summary: `fails: ${fault?.message}` }
    case 'when-false': {
      const parts = occurrences.length
      return { summary: `when is false${parts === 1 ? '' : ` for all ${parts} parts; in the last`}`, ...withRule }
    }
  }
}

/** `when is false: $part.ticket_state is "submitted"`. Undefined: the mapping sends something. */
export function describeSilence(explanation: MappingExplanation): string | undefined {
  const silence = findSilence(explanation)
  return silence && [silence.summary, describeReads(silence.rule?.reads ?? [], 6).join(', ')].filter(Boolean).join(': ')
}

/** `$part.ticket_state is "submitted"`, `title, name are absent (present: id, state)`: one line for each. */
export function describeReads(reads: readonly PathReading[], maxFields = 12): readonly string[] {
  const absent = reads.filter((one) => one.absent !== undefined)
  // Nothing can be in what is absent itself.
  const isWithin = ({ path }: PathReading) => absent.some((outer) => path.startsWith(`${outer.path}.`))
  const groups = new Map<string, string[]>()
  const lines = reads.flatMap(({ path, value, count, absent: missing }) =>
    missing === undefined ? [`${path} is ${describeValue(value, count)}`] : [],
  )
  for (const one of absent.filter((each) => !isWithin(each))) {
    const parent = describeParent(one.absent, maxFields)
    groups.set(parent, [...(groups.get(parent) ?? []), one.path])
  }
  return [...lines, ...[...groups].map(([parent, paths]) => formatAbsent(paths, parent))]
}

const formatAbsent = (paths: readonly string[], parent: string): string =>
  `${paths.join(', ')} ${paths.length === 1 ? 'is' : 'are'} absent${parent}`

/** What is there instead, in brackets. */
function describeParent(absent: AbsentField | undefined, maxFields: number): string {
  if (absent?.of === undefined) return ''
  const { of, fields, items } = absent
  if (items !== undefined) return ` (${of} has ${plural(items, 'item')})`
  if (fields.length === 0) return ` (${of || 'it'} has no fields)`
  const names = joinWords(fields, maxFields)
  return of === '' ? ` (present: ${names})` : ` (${of} has ${names})`
}

function describeValue(value: Json | undefined, count: number | undefined): string {
  if (count === undefined) return formatValue(value)
  if (count === 0) return 'an empty list'
  const scalars = (Array.isArray(value) ? value : []).filter((one: Json) => typeof one !== 'object')
  const more = count > scalars.length ? ', …' : ''
  return `a list of ${count}${scalars.length === 0 ? '' : `: ${scalars.map(formatValue).join(', ')}${more}`}`
}

const MAX_LENGTH = 80

/** Short enough for a line: of an object the names of its fields. */
export function formatValue(value: Json | undefined): string {
  if (isObject(value)) return `an object with ${joinWords(Object.keys(value)) || 'no fields'}`
  const text = JSON.stringify(value) ?? 'absent'
  return text.length <= MAX_LENGTH ? text : `${text.slice(0, MAX_LENGTH - 1)}…`
}
