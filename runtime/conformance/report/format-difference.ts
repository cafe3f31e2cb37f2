/** One difference as lines: what differs, a diff, the place of the expression with its line, and why. */
import type { Json, JsonObject } from '../../ports/types.ts'
import type { Difference, ExpressionPlace, MemberPath } from '../compare/difference.ts'
import type { CaseOccurrence, EventOccurrence, ExpectedOccurrence } from '../types.ts'
import { cut, diffLines, escapeControls, type LineOptions } from './format-values.ts'
import { formatPlace } from './run-report.ts'

export interface FormatOptions extends LineOptions {
  /** A place of the spec as a terminal in the working directory can open it, with its line. Undefined: not in the spec. */
  readonly locate: (
    place: string,
  ) => { readonly place: string; readonly line: number; readonly column: number; readonly text: string } | undefined
}

/** Of several checks with equal differences `checks` lists the names. */
export function formatDifference(difference: Difference, checks: readonly string[], options: FormatOptions): string[] {
  const { paint } = options
  const { because, expression, place } = difference
  const body = formatBody(difference, { ...options, width: options.width - 2 })
  return [
    `${paint('bold', titleOf(difference))}  ${paint('dim', checks.join(', '))}`,
    ...body.map((line) => `  ${line}`),
    ...because.map((reason) => `  ${paint('yellow', cutLine(reason, options.width * 3))}`),
    ...(expression === undefined ? [] : formatExpression(expression, options)),
    `  ${paint('dim', `${hasExpectation(difference) ? 'expected at' : 'the case is at'} ${formatPlace(place)}`)}`,
  ]
}

const hasExpectation = ({ kind }: Difference): boolean => kind !== 'unexpected' && kind !== 'ingress'

function titleOf(difference: Difference): string {
  const metric = difference.metric ?? 'An occurrence'
  if (difference.kind === 'order') return 'The order of the occurrences'
  if (difference.kind === 'missing') return `${metric}: expected, and did not come`
  if (difference.kind === 'unexpected') return `${metric}: came, and is not expected`
  if (difference.kind === 'ingress') {
    const member = difference.member === undefined ? '' : ` › ${formatMember(difference.member)}`
    return `${metric}${member}: ${difference.ingresses.join(' and ')} differ`
  }
  return difference.kind === 'member' ? `${metric} › ${formatMember(difference.member)}` : metric
}

/** `Rating Remark`; `profile › location › city`. The properties of an event need no prefix. */
const formatMember = (member: MemberPath): string =>
  escapeControls((member[0] === 'properties' && member.length > 1 ? member.slice(1) : member).join(' › '))

function formatBody(difference: Difference, options: FormatOptions): readonly string[] {
  const { paint, width } = options
  switch (difference.kind) {
    case 'missing':
      return listMembers(describeExpected(difference.expected)).map((line) => paint('red', cut(`- ${line}`, width)))
    case 'unexpected':
      return listMembers(describeActual(difference.actual)).map((line) => paint('green', cut(`+ ${line}`, width)))
    case 'outcome':
      return [paint('red', `- ${difference.expected}`), paint('green', `+ ${difference.actual}`)]
    case 'ingress':
      return diffIngresses(difference.values, difference.ingresses, options)
    default:
      return diffLines(difference.expected as Json | undefined, difference.actual as Json | undefined, options)
  }
}

const diffIngresses = (
  values: readonly [Json | undefined, Json | undefined],
  names: readonly [string, string],
  { width, paint }: FormatOptions,
): readonly string[] => {
  const label = Math.max(...names.map((name) => name.length))
  return values.map((value, at) => {
    const text = value === undefined ? '(absent)' : escapeControls(JSON.stringify(value))
    return paint(at === 0 ? 'red' : 'green', cut(`${(names[at] ?? '').padEnd(label)}  ${text}`, width))
  })
}

function describeExpected({ place: _, metric: __, ...members }: ExpectedOccurrence): JsonObject {
  return members
}

/** What identifies it first. */
function describeActual({ metric: _, ...members }: CaseOccurrence): JsonObject {
  const { key, time, contact, properties, profile, ...others }: Partial<EventOccurrence> & JsonObject = members
  return { key, time, contact, ...others, properties, profile }
}

/** A line a member; the properties of an event and the profile as one line each. */
function listMembers(members: JsonObject): readonly string[] {
  const rows = Object.entries(members).filter(([, value]) => value !== undefined)
  if (rows.length === 0) return ['any']
  return rows.map(([name, value]) => `${name}: ${escapeControls(JSON.stringify(value))}`)
}

/** `mappings/x.yaml:7:10`, the line, a caret. */
export function formatExpression({ place, text }: ExpressionPlace, { paint, width, locate }: FormatOptions): string[] {
  const found = locate(place)
  if (found === undefined) return text === '' ? [`  at ${place}`] : [`  at ${place}: ${cutLine(text, width)}`]
  const margin = String(found.line)
  const room = width - margin.length - 5
  // Shows an excerpt of a line that is too long.
  const from = found.column > room - 10 ? found.column - Math.floor(room / 2) : 0
  const caret = ' '.repeat(Math.max(0, found.column - 1 - from))
  return [
    `  ${paint('cyan', found.place)}`,
    `  ${paint('dim', `${margin} |`)} ${cut(found.text.slice(from), room)}`,
    `  ${paint('dim', `${' '.repeat(margin.length)} |`)} ${caret}${paint('cyan', '^')}`,
  ]
}

export const cutLine = (text: string, width: number): string =>
  cut(escapeControls(text.replace(/\s+/g, ' ').trim()), width)
