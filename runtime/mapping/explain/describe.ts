/** Says in a line what an expression read, and why a mapping sends nothing of a record. */
import { joinWords, plural } from '../../lib/format.ts'
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

/** Whether the expression is the one path that it read, whose value says it all. */
export const isOnlyRead = ({ text, reads }: Pick<ExpressionReading, 'text' | 'reads'>): boolean =>
  reads.length === 1 && reads[0]?.path === text

/** An expression that its file breaks into lines. */
export const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim()

/** What an expression read: the values, and the paths that lead to nothing. */
export interface GroupedReads {
  readonly present: readonly PathReading[]
  readonly absent: readonly AbsentPaths[]
}

/** Paths that end at the same place. */
export interface AbsentPaths extends AbsentField {
  readonly paths: readonly string[]
}

export function groupReads(reads: readonly PathReading[]): GroupedReads {
  const absent = reads.filter((one) => one.absent !== undefined)
  // Nothing can be in what is absent itself.
  const isWithin = ({ path }: PathReading) => absent.some((outer) => path.startsWith(`${outer.path}.`))
  const groups = new Map<string, AbsentPaths>()
  for (const { path, absent: field } of absent.filter((one) => !isWithin(one))) {
    if (field === undefined) continue
    const place = JSON.stringify(field)
    groups.set(place, { ...field, paths: [...(groups.get(place)?.paths ?? []), path] })
  }
  return { present: reads.filter((one) => one.absent === undefined), absent: [...groups.values()] }
}

/** `$part.ticket_state is "submitted"`, `title, name are absent (present: id, state)`: one line for each. */
export function describeReads(reads: readonly PathReading[], maxFields = 12): readonly string[] {
  const { present, absent } = groupReads(reads)
  return [
    ...present.map(({ path, value, count }) => `${path} is ${describeValue(value, count)}`),
    ...absent.map(
      (one) =>
        `${one.paths.join(', ')} ${one.paths.length === 1 ? 'is' : 'are'} absent${describeParent(one, maxFields)}`,
    ),
  ]
}

/** What is there instead, in brackets. */
function describeParent({ of, fields, items }: AbsentField, maxFields: number): string {
  if (of === undefined) return ''
  if (items !== undefined) return ` (${of} has ${plural(items, 'item')})`
  if (fields.length === 0) return ` (${of || 'it'} has no fields)`
  const names = joinWords(fields, maxFields)
  return of === '' ? ` (present: ${names})` : ` (${of} has ${names})`
}

/** `count`: of a list, the number of its items. */
export function describeValue(value: Json | undefined, count: number | undefined): string {
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
