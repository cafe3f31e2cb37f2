/** Functions: called, made, and piped into. */
import type { Node } from '../ast.ts'
import { isCompiled } from '../runtime/functions/natives.ts'
import { takesAnything } from '../runtime/functions/signature.ts'
import {
  type Code,
  declare,
  type EmitSite,
  fresh,
  indent,
  NotCompilable,
  type Slot,
  type Unit,
  use,
  within,
} from './compilation-unit.ts'
import { conditional, emit, LEFT_OPERAND_REASON } from './emit.ts'
import { emitBlock } from './emit-block.ts'
import { literal } from './literal.ts'
import { frameOf, isBound, isFunctionName, resolve, unbound } from './scope.ts'

/** `piped`: the left side of `~>`, as the first argument. */
export function emitCall(unit: Unit, node: Node, place: EmitSite, piped?: string, tail = false): Code {
  const { procedure } = node
  if (procedure === undefined) throw new NotCompilable('unknown syntax', node)
  const args = (node.arguments ?? []).map((each) => {
    const js = emit(unit, each, place)
    return tail ? rejectTail(unit, each, js, String(procedure.value)) : js
  })
  if (piped !== undefined) args.unshift(piped)
  const name = String(procedure.value)
  const isPlain = procedure.type === 'variable' && !procedure.predicate && !procedure.group
  if (isPlain && !isBound(name, place.frame)) {
    if (isFunctionName(unit, name)) return emitNamed(unit, node, name, args, place, tail)
  }
  const f = isPlain ? resolve(unit, procedure, place) : emit(unit, procedure, place)
  const js = `${use(unit, 'invoke')}(${[f, ...args].join(', ')})`
  return { js, kind: unit.remembers ? 'raw' : 'value' }
}

function emitNamed(
  unit: Unit,
  node: Node,
  name: string,
  args: readonly string[],
  place: EmitSite,
  tail: boolean,
): Code {
  const own = unit.functions.find((each) => each.name === name)
  if (own === undefined && !isCompiled(name)) throw new NotCompilable('$eval', node)
  if (own === undefined) {
    const simple = inline(unit, name, args)
    if (simple !== undefined) return simple
  }
  const { list, item, top, unlike } = place.context
  // Where a function ends by calling another, the interpreter takes the context of whoever called the first.
  const context = tail || unlike ? use(unit, 'NO_CONTEXT') : list
  if (own === undefined) {
    const f = declare(unit, '', `${use(unit, 'native')}(${literal(name)})`, name)
    // A list as input is one item to all but these two.
    const first = context === list && top && (name === 'string' || name === 'clone') ? item : context
    return { js: `${f}(${[first, ...args].join(', ')})`, kind: 'raw' }
  }
  unit.called.add(name)
  if (takesAnything(own.signature, args.length)) {
    return { js: `${declare(unit, '', `functions[${literal(name)}].plain`, name)}(${args.join(', ')})`, kind: 'value' }
  }
  const f = declare(unit, '', `functions[${literal(name)}].checked`, name)
  return { js: `${f}(${[context, ...args].join(', ')})`, kind: 'value' }
}

const own: Readonly<Record<string, string>> = {
  boolean: 'boolean',
  count: 'count',
  exists: 'exists',
  not: 'not',
  string: 'string',
  type: 'type',
}

/** The few that are as short as their call. */
function inline(unit: Unit, name: string, args: readonly string[]): Code | undefined {
  const [only] = args
  if (name === 'contains' && args.length === 2) return { js: `${use(unit, name)}(${args.join(', ')})`, kind: 'test' }
  if (args.length !== 1 || only === undefined) return undefined
  const found = Object.hasOwn(own, name) ? own[name] : undefined
  return found === undefined
    ? undefined
    : { js: `${use(unit, found)}(${only})`, kind: name === 'not' || name === 'exists' ? 'test' : 'value' }
}

const data = new Set(['string', 'number', 'value', 'binary', 'unary', 'lambda', 'regex'])

/** An argument that the interpreter hands on as it is, which a function that comes along does not survive. */
function rejectTail(unit: Unit, { type }: Node, js: string, name = ''): string {
  // There a function of the expression is handed on as it is, which this one alone cannot call.
  if (name === 'sort') return `${use(unit, 'rejectFunctionToSort')}(${js})`
  return data.has(type) ? js : `${use(unit, 'rejectTailCall')}(${js})`
}

/** `left ~> right`. */
export function emitApply(unit: Unit, node: Node, place: EmitSite): Code {
  const [left, right] = [emit(unit, node.lhs as Node, place), node.rhs as Node]
  if (right.type === 'function') {
    // The interpreter forgets what follows the call: a filter, a grouping.
    return emitCall(unit, right, place, rejectTail(unit, node.lhs as Node, left))
  }
  return { js: `${use(unit, 'pipe')}(${left}, ${emit(unit, right, place)})`, kind: unit.remembers ? 'raw' : 'value' }
}

/** `function($a, $b) { ... }`. */
export function emitLambda(unit: Unit, node: Node, outer: EmitSite): Code {
  if (isThunk(node)) throw new NotCompilable('filter on a call that ends a function', node)
  const body = node.body as Node
  const frame = frameOf(unit, [body], outer.frame)
  const parameters = (node.arguments ?? []).map(({ value }) => {
    const slot: Slot = { js: fresh(unit, '', String(value)), sure: true, loose: false, values: [] }
    frame.slots.set(String(value), slot)
    return slot.js
  })
  const deepest = { level: 0 }
  const inner = within(outer, { frame, level: 0, deepest, beside: false })
  const code = emitEnd(unit, body, inner)
  const loose = [...frame.slots.values()].filter(({ js }) => !parameters.includes(js))
  const [enter, leave, result] = [use(unit, 'enter'), use(unit, 'leave'), fresh(unit, 'result')]
  const source = [
    ...loose.map(({ js }) => `let ${js} = ${unbound(unit)};`),
    `${enter}(${deepest.level});`,
    `const ${result} = ${code};`,
    `${leave}(${deepest.level});`,
    `return ${result};`,
  ].join('\n')
  const js = `((${parameters.join(', ')}) => {\n  ${indent(source)}\n})`
  const { signature } = node as { readonly signature?: { readonly definition: string; readonly validate?: unknown } }
  if (signature === undefined) return { js, kind: 'value' }
  if (signature.validate === undefined) throw new NotCompilable(LEFT_OPERAND_REASON, node)
  return { js: `${use(unit, 'signed')}(${literal(signature.definition)}, ${js})`, kind: 'value' }
}

/** What a function ends with. A call there gives what it gives: nothing makes a value of it. */
function emitEnd(unit: Unit, node: Node, place: EmitSite): string {
  const deeper = within(place, { level: place.level + 1 })
  place.deepest.level = Math.max(place.deepest.level, deeper.level)
  if (isThunk(node)) return emitTail(unit, node.body as Node, deeper)
  const plain = (!node.predicate || picksCall(node)) && !node.group
  if (plain && node.type === 'condition') return conditional(unit, node, deeper, emitEnd)
  if (plain && node.type === 'block') return emitBlock(unit, node, deeper, emitEnd)
  return emit(unit, node, place)
}

const isThunk = (node: Node): boolean => (node as { thunk?: boolean }).thunk === true

/** `(…; $f(x))[0]`: the call that is still to be made is the only item, so all of what it gives is picked. */
const picksCall = ({ expressions, predicate = [] }: Node): boolean =>
  (expressions ?? []).slice(-1).some(isThunk) &&
  predicate.every(({ expr }) => expr?.type === 'number' && [0, -1].includes(Math.floor(Number(expr.value))))

function emitTail(unit: Unit, node: Node, place: EmitSite): string {
  // A grouping there is forgotten by the interpreter.
  const { js, kind } = emitCall(unit, node, place, undefined, true)
  return kind === 'raw' ? `${use(unit, 'fromTailCall')}(${js})` : js
}
