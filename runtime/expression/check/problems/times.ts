/** Times in the wrong unit: seconds read as milliseconds give the year 1970, milliseconds read as seconds 58002. */
import type { Node } from '../../compiler/ast.ts'
import type { FunctionTable } from '../../functions.ts'
import type { Problem } from '../../parse.ts'
import { kindOf } from '../computed-types.ts'
import { describeKinds, type Kind } from '../field-type.ts'
import type { TypedField } from '../value.ts'
import { lastName, type Operation, operatorSpan, readPath } from './operation.ts'
import { spanOfLiteral } from './spans.ts'

type Field = TypedField | undefined

const ORDER: ReadonlySet<unknown> = new Set(['=', '!=', '<', '<=', '>', '>='])

/** A number of this size is a time in milliseconds: in seconds, it is the year 5138. */
const MILLISECONDS_FROM = 1e11

/** 2001. As milliseconds, it is two weeks after the start of 1970. */
const SECONDS_FROM = 1e9

/** A smaller number of seconds is a time of before 1973, which no record has. */
const TIMES_FROM = 1e8

/** `end`: where the name of the function ends. */
export function checkTimeCall(
  name: string,
  argument: Field,
  end: number | undefined,
  functions: FunctionTable,
): readonly Problem[] {
  if (argument === undefined || end === undefined) return []
  const span = [end - name.length - 1, end] as const
  const kind = kindOf(argument)
  const takes = functions.find((each) => each.name === name)?.units?.takes
  const say = (unit: string, help: string): readonly Problem[] => {
    const message = `$${name} takes ${unit}, and ${argument.name} is ${describeKinds(argument.type.kinds)}`
    return [{ code: 'seconds', message, help, span }]
  }
  const field = argument.isComputed ? '…' : lastName(argument)
  if ((name === 'fromMillis' || name === 'toMillis') && kind === undefined && isEitherTime(argument)) {
    const own = functions.find(({ units }) => units?.takes === 'time' && units.gives === 'date')
    return say(
      name === 'fromMillis' ? 'milliseconds' : 'text',
      own ? `write $${own.name}(${field})` : 'test its $type first',
    )
  }
  if (name === 'fromMillis' && kind === 'seconds') return say('milliseconds', `write $fromMillis(${field} * 1000)`)
  if (name === 'fromMillis' && kind === 'duration') return say('a time', 'a number of seconds is no time')
  if (name === 'toMillis' && kind === 'seconds') return say('text', `write ${field} * 1000`)
  if (takes === 'duration' && kind === 'milliseconds') return say('a number of seconds', 'leave out * 1000')
  if (takes === 'duration' && (kind === 'seconds' || kind === 'date')) return say('a number of seconds', SUBTRACT)
  if (takes !== 'time' || kind === undefined) return []
  if (kind === 'milliseconds') return say('seconds', 'leave out * 1000, or divide by 1000')
  const isNone = kind === 'duration' || (!argument.isComputed && NO_TIME.has(kind))
  return isNone ? say('a time', DECLARE) : []
}

/** `$fromMillis(1700000000)`. */
export function checkTimeLiteral(name: string, literal: Node | undefined, text: string): readonly Problem[] {
  const value = literal && numberOf(literal)
  if (name !== 'fromMillis' || literal?.type !== 'number' || value === undefined) return []
  if (value < SECONDS_FROM || value >= MILLISECONDS_FROM) return []
  const message = `$fromMillis takes milliseconds, and ${value} is a time in seconds`
  return [{ code: 'seconds', message, help: `write ${value}000`, span: spanOfLiteral(literal, text) }]
}

const isEitherTime = ({ type: { kinds } }: TypedField) => kinds.size === 2 && kinds.has('seconds') && kinds.has('date')

const NO_TIME: ReadonlySet<Kind> = new Set(['number', 'boolean'])
const SUBTRACT = 'subtract the earlier time from the later one'
export const DECLARE = 'use a field that holds a time'

export function checkTimeOperation(operation: Operation): readonly Problem[] {
  const { node, left, right } = operation
  const kinds = [kindOf(left.field), kindOf(right.field)] as const
  if (ORDER.has(node.value)) return compareUnits(operation, kinds)
  if (node.value === '+' || node.value === '-') return addUnits(operation, kinds)
  const divisor = numberOf(operation.rhs)
  const isMilliseconds = divisor !== undefined && MILLISECONDS_OF_UNITS.has(divisor)
  if (node.value !== '/' || !isMilliseconds || (kinds[0] !== 'seconds' && kinds[0] !== 'duration')) return []
  const message = `${left.field?.name} is ${kinds[0] === 'seconds' ? 'a time in seconds' : 'a number of seconds'} already`
  const help = divisor === 1000 ? 'leave out / 1000' : `write / ${divisor / 1000}`
  return [{ code: 'seconds', message, help, span: operatorSpan(node) }]
}

/** In a second, a minute, an hour, a day and a week. */
const MILLISECONDS_OF_UNITS: ReadonlySet<number> = new Set([1000, 60_000, 3_600_000, 86_400_000, 604_800_000])

type Kinds = readonly [Kind | undefined, Kind | undefined]

const isMixed = ([left, right]: Kinds) =>
  (left === 'seconds' && right === 'milliseconds') || (left === 'milliseconds' && right === 'seconds')

function describeMix({ node, lhs, rhs, left, right }: Operation, kinds: Kinds): readonly Problem[] {
  const [first, second] = [left.field, right.field].map((field, index) => `${field?.name} in ${kinds[index]}`)
  const [node_, field] = kinds[0] === 'seconds' ? [lhs, left.field] : [rhs, right.field]
  const message = `this mixes ${first} with ${second}`
  const help = `write ${readPath(node_) ?? (field ? lastName(field) : '…')} * 1000`
  return [{ code: 'seconds', message, help, span: operatorSpan(node) }]
}

/** The operand that is a number, and the field of the other one. */
function readNumber({ lhs, rhs, left, right }: Operation) {
  const [literal, field] = numberOf(rhs) === undefined ? [lhs, right.field] : [rhs, left.field]
  return { value: numberOf(literal), field, kind: kindOf(field) }
}

function compareUnits(operation: Operation, kinds: Kinds): readonly Problem[] {
  if (isMixed(kinds)) return describeMix(operation, kinds)
  const { node } = operation
  const { value, field, kind } = readNumber(operation)
  if (value === undefined || field === undefined) return []
  if (kind === 'seconds' && value >= MILLISECONDS_FROM)
    return mix(node, `${field.name} is a time in seconds, and ${value} is milliseconds`, `write ${value / 1000}`)
  const isPositive = value > 0 && !field.isComputed
  if (kind === 'seconds' && isPositive && value < TIMES_FROM) {
    const help = `for how long ago it was, subtract it from another time: updated_at - ${lastName(field)}`
    return mix(
      node,
      `${field.name} is a time since 1970, and ${value} is a number of seconds: it is always later`,
      help,
    )
  }
  if (kind === 'duration' && isPositive && isSpanOfMilliseconds(value))
    return mix(
      node,
      `${field.name} is a number of seconds, and ${value} looks like milliseconds`,
      `write ${value / 1000}`,
    )
  if (kind === 'milliseconds' && value > 1e8 && value < MILLISECONDS_FROM)
    return mix(node, `${field.name} is a time in milliseconds, and ${value} is seconds`, `write ${value}000`)
  return []
}

function addUnits(operation: Operation, kinds: Kinds): readonly Problem[] {
  if (isMixed(kinds)) return describeMix(operation, kinds)
  const { node } = operation
  const { value, field, kind } = readNumber(operation)
  if (value === undefined || field === undefined) return []
  if (kind === 'seconds' && isSpanOfMilliseconds(value))
    return mix(
      node,
      `${field.name} is a time in seconds, and ${value} looks like milliseconds`,
      `write ${value / 1000}`,
    )
  if (kind === 'milliseconds' && value >= 60 && value <= 604_800 && value % 60 === 0 && value % 1000 !== 0)
    return mix(node, `${field.name} is a time in milliseconds, and ${value} looks like seconds`, `write ${value}000`)
  return []
}

/** Of a literal, or of a product of literals: `24 * 60 * 60`. */
function numberOf({ type, value, lhs, rhs }: Node): number | undefined {
  if (type === 'number' && typeof value === 'number') return value
  const factors = type === 'binary' && value === '*' && rhs ? [numberOf(lhs as Node), numberOf(rhs)] : []
  const [left, right] = factors
  return left === undefined || right === undefined ? undefined : left * right
}

const mix = (node: Node, message: string, help: string): readonly Problem[] => [
  { code: 'seconds', message, help, span: operatorSpan(node) },
]

const MINUTE = 60
const DAY = 86_400

/** Whole minutes in milliseconds that are, as seconds, no whole days, or a thousand of them. */
const isSpanOfMilliseconds = (value: number): boolean =>
  value >= 600_000 && value % (MINUTE * 1000) === 0 && (value % DAY !== 0 || value % (DAY * 1000) === 0)
