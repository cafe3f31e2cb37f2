/** Paths: `a.b[c].(d)^(e){f: g}`. */
import type { Node, Stage } from '../ast.ts'
import {
  arrow,
  type Code,
  declare,
  type EmitSite,
  fresh,
  inItem,
  NotCompilable,
  type Unit,
  use,
  within,
} from './compilation-unit.ts'
import { emit, emitAny } from './emit.ts'
import { emitGroup } from './emit-object.ts'
import { emitRowPath } from './emit-tuples.ts'
import { literal } from './literal.ts'

/** A step, as the parser leaves it. */
export type Step = Node & { readonly consarray?: boolean; readonly keepArray?: boolean }

/** Where a step stands: in the middle, or at the end, where either the value or the items are wanted. */
type Position = 'middle' | 'value' | 'items'

/**
 * The source of a path is a chain: each step is given what the one before gave. Between steps, an array is a list of
 * items, anything else is one item, and nothing is none. From the first step on that binds a name, rows are handed on.
 */
export function emitPath(unit: Unit, node: Node, place: EmitSite): Code {
  const steps = (node.steps ?? []) as readonly Step[]
  const [first] = steps
  if (first === undefined) throw new NotCompilable('unknown syntax', node)
  place.deepest.level = Math.max(place.deepest.level, place.level + 1)
  const binds = steps.findIndex((each) => each.tuple)
  if (first.consarray) return emitFromList(unit, node, steps, binds, place)
  if (binds === 0) {
    return finished(unit, node, emitRowPath(unit, node, steps, firstList(unit, first, place), place, true), place)
  }
  return finished(
    unit,
    node,
    emitRest(unit, node, steps, emitFirst(unit, first, positionOf(node, 0), place), place),
    place,
  )
}

/** What follows the first step. */
function emitRest(unit: Unit, node: Node, steps: readonly Step[], first: Code, place: EmitSite): Code {
  const binds = steps.findIndex((each, i) => each.tuple && i > 0)
  let code = first
  for (const [i, each] of steps.entries()) {
    if (i === binds) return emitRowPath(unit, node, steps.slice(i), code.js, place, false)
    if (i > 0) code = emitStep(unit, each, code.js, positionOf(node, i), place)
  }
  return code
}

/** A grouping goes over the items themselves, before one of them stands for the list. */
const positionOf = (node: Node, i: number): Position =>
  i < (node.steps ?? []).length - 1 ? 'middle' : node.group ? 'items' : 'value'

/** What is asked of the path as a whole. Rows are grouped already. */
function finished(unit: Unit, node: Node, code: Code, place: EmitSite): Code {
  const grouped = node.group !== undefined && code.kind === 'value' && (node.steps ?? []).some((each) => each.tuple)
  if (grouped) return code
  const { keepSingletonArray } = node as { readonly keepSingletonArray?: boolean }
  const kept: Code = keepSingletonArray ? { js: `${use(unit, 'keepPath')}(${code.js})`, kind: 'raw' } : code
  return node.group ? emitGroup(unit, kept.js, node.group.lhs, place) : kept
}

/** A list that is written out as the first step is evaluated against the whole context, not item by item. */
function emitFromList(unit: Unit, node: Node, steps: readonly Step[], binds: number, place: EmitSite): Code {
  const [first] = steps as [Step]
  const filtered = first.predicate !== undefined || first.group !== undefined
  const binding = binds >= 0 && (filtered || first.focus !== undefined || node.group)
  if (first.type !== 'unary' || first.stages || binding) {
    throw new NotCompilable('list at the start of a path', first)
  }
  const made = emit(unit, first, within(place, { context: { ...place.context, unlike: true } }))
  const start = filtered ? `${use(unit, 'mustBeList')}(${made})` : made
  // What the interpreter should bind there is lost, since there are no rows yet.
  if (binds === 0) return finished(unit, node, emitRowPath(unit, node, steps.slice(1), start, place, true), place)
  const list = fresh(unit, 'list')
  const { js } = emitRest(unit, node, steps, { js: list, kind: 'value' }, place)
  // One that is empty is the result itself.
  const whole = `((${list}) => ${list}.length === 0 ? ${list} : ${js})(${start})`
  return finished(unit, node, { js: whole, kind: 'raw' }, place)
}

function emitFirst(unit: Unit, step: Step, position: Position, place: EmitSite): Code {
  const { context } = place
  const plain = isPlain(step) && !step.stages
  if (step.type === 'name' && plain) return emitStep(unit, step, context.list, position, place)
  // A variable does not depend on the context. Nor does it matter what is remembered of a list, if nothing is.
  if (step.type === 'variable' && plain && position === 'middle' && !unit.remembers) {
    return { js: emit(unit, step, place), kind: 'value' }
  }
  // At the top there is one item: no loop is needed to go over it.
  if (context.top && plain && position === 'middle' && !unit.remembers && step.type !== 'variable') {
    return {
      js: emit(unit, step, within(place, { context: { ...context, list: 'input', top: false } })),
      kind: 'value',
    }
  }
  return emitStep(unit, step, firstList(unit, step, place), position, place)
}

/** What a path starts from. A variable does not look into the context. */
function firstList(unit: Unit, { type, focus }: Step, { context }: EmitSite): string {
  if (type !== 'variable') return `${use(unit, 'itemsOf')}(${context.list})`
  // A list as input is wrapped there, which shows where a focus leaves the item as it is.
  return focus !== undefined && context.top ? `[${use(unit, 'noList')}(${context.item})]` : `[${context.item}]`
}

/** One step over what came before. The last one gives what may be a sequence, as names alone do not. */
function emitStep(unit: Unit, step: Step, list: string, position: Position, place: EmitSite): Code {
  const isLast = position !== 'middle'
  if (step.type === 'sort') return emitSort(unit, step, list, isLast, place)
  if (step.type === 'name' && isPlain(step) && !step.stages && !unit.remembers && position !== 'items') {
    return { js: `${getter(unit, String(step.value), isLast ? 'end' : 'each')}(${list})`, kind: 'value' }
  }
  const item = fresh(unit, 'item')
  const each = emitItem(unit, step, item, inItem(place, item))
  const js = `${use(unit, stepFunction(isLast, unit.remembers))}(${list}, ${arrow(item, each)})`
  return { js, kind: isLast ? 'raw' : 'value' }
}

/** A step against one item, with its filters: what it gives is flattened into the rest, so it need be no value. */
function emitItem(unit: Unit, step: Step, item: string, place: EmitSite): string {
  let code: Code = { js: emitOne(unit, step, item, place), kind: 'value' }
  for (const stage of step.stages ?? []) code = emitFilter(unit, code, stage, place)
  return code.js
}

/** A name in quotes that a path begins with was a text when the parser met its filters and its grouping. */
const isPlain = ({ predicate, group }: Step): boolean => predicate === undefined && group === undefined

/** A step against one item, without its filters. */
export function emitOne(unit: Unit, step: Step, item: string, place: EmitSite): string {
  if (step.type !== 'name') return emit(unit, step, place)
  if (!isPlain(step)) return emitQuoted(unit, step, item, place)
  if (!unit.remembers) return `${getter(unit, String(step.value), 'one')}(${item})`
  const found = `${use(unit, 'lookup')}(${item}, ${literal(String(step.value))})`
  return `${use(unit, 'toRememberedArray')}(${step.keepArray ? `${use(unit, 'keep')}(${found})` : found})`
}

/** What else it carries is done before it becomes a value. */
function emitQuoted(unit: Unit, step: Step, item: string, place: EmitSite): string {
  let code: Code = { js: `${use(unit, 'lookup')}(${item}, ${literal(String(step.value))})`, kind: 'raw' }
  for (const stage of step.predicate ?? []) code = emitFilter(unit, code, stage, place)
  if (step.group) code = emitGroup(unit, code.js, step.group.lhs, place)
  const kept = step.keepArray ? `${use(unit, 'keep')}(${code.js})` : code.js
  return `${use(unit, unit.remembers ? 'toRememberedArray' : 'value')}(${kept})`
}

/**
 * Functions that look up one name, each of its own, so that the engine learns where that name is in its objects: shared
 * ones take more than twice as long. Marked objects are functions to JSONata.
 */
function getter(unit: Unit, key: string, otherwise: 'each' | 'end' | 'one'): string {
  const name = literal(key)
  const isRecord = `typeof it === 'object' && it !== null && !${use(unit, 'isArray')}(it)`
  const isData = 'it._jsonata_function !== true && it._jsonata_lambda !== true'
  const rest = `${use(unit, 'one')}(it, ${name})`
  // What every object has by birth must be looked for with care.
  const source = key in {} ? rest : `${isRecord} && ${isData} ? it[${name}] : ${rest}`
  const get = declare(unit, 'get_', `(it) => ${source}`, key)
  if (otherwise === 'one') return get
  const overLists = `(it) => isArray(it) ? ${use(unit, otherwise)}(it, ${name}, ${get}) : ${get}(it)`
  return declare(unit, `${otherwise}_`, overLists, key)
}

/** `[...]` on what came before. */
export function emitFilter(unit: Unit, before: Code, stage: Stage, place: EmitSite): Code {
  const { expr } = stage
  if (stage.type !== 'filter' || expr === undefined) throw new NotCompilable('variable bound in a path')
  if (expr.type === 'number') {
    const index = literal(Math.floor(expr.value as number))
    return { js: `${use(unit, unit.remembers ? 'atKept' : 'at')}(${before.js}, ${index})`, kind: 'raw' }
  }
  const item = fresh(unit, 'item')
  const { js, kind } = emitAny(unit, expr, inItem(place, item))
  return { js: `${use(unit, kind === 'test' ? 'where' : 'filter')}(${before.js}, ${arrow(item, js)})`, kind: 'raw' }
}

function emitSort(unit: Unit, step: Step, list: string, isLast: boolean, place: EmitSite): Code {
  const [left, right] = [fresh(unit, 'left'), fresh(unit, 'right')]
  const compare = emitCompare(unit, step, inItem(place, left), inItem(place, right))
  let code: Code = { js: `${use(unit, 'sorted')}(${list}, (${left}, ${right}) => ${compare})`, kind: 'raw' }
  for (const stage of step.stages ?? []) code = emitFilter(unit, code, stage, place)
  // What comes next takes an array for a list, and would take what a sort gives for one item.
  return isLast ? code : { js: `${use(unit, 'sortedItems')}(${code.js})`, kind: 'value' }
}

/** The terms of a sort, each asked only where those before it find no difference. */
export function emitCompare(unit: Unit, step: Step, left: EmitSite, right: EmitSite): string {
  const terms = (step.terms ?? []) as readonly { readonly expression: Node; readonly descending: boolean }[]
  const compared = terms.map(({ expression, descending }) => {
    const sides = [left, right].map((side) => emit(unit, expression, side))
    return `${use(unit, 'compare')}(${sides.join(', ')}, ${descending})`
  })
  return compared.join(' || ')
}

const stepFunction = (isLast: boolean, remembers: boolean): string =>
  isLast ? (remembers ? 'lastKeepingArray' : 'last') : remembers ? 'stepKept' : 'step'
