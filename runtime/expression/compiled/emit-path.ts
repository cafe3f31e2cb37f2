/** Paths: `a.b[c].(d)^(e){f: g}`. */
import type { Node, Stage } from '../ast.ts'
import { emit, emitAny } from './emit.ts'
import { emitGroup } from './emit-object.ts'
import { literal } from './literal.ts'
import { arrow, type Code, declare, fresh, inItem, type Place, Refusal, type Unit, use, within } from './unit.ts'

/** A step, as the parser leaves it. */
type Step = Node & { readonly consarray?: boolean; readonly keepArray?: boolean; readonly tuple?: boolean }

/** Where a step stands: in the middle, or at the end, where either the value or the items are wanted. */
type Position = 'middle' | 'value' | 'items'

/**
 * The source of a path is a chain: each step is given what the one before gave. Between steps, an array is a list of
 * items, anything else is one item, and nothing is none.
 */
export function emitPath(unit: Unit, node: Node, place: Place): Code {
  const steps = (node.steps ?? []) as readonly Step[]
  const [first] = steps
  if (first === undefined) throw new Refusal('empty path', node)
  const odd = steps.find((each) => each.tuple || each.focus !== undefined || each.index !== undefined)
  if (odd !== undefined) throw new Refusal('variable bound in a path', odd)

  place.deepest.level = Math.max(place.deepest.level, place.level + 1)
  // A grouping goes over the items themselves, before one of them stands for the list.
  const end = node.group ? 'items' : 'value'
  const position = (i: number): Position => (i === steps.length - 1 ? end : 'middle')
  let code = emitFirst(unit, first, position(0), place)
  const start = code.js
  const list = first.consarray ? fresh(unit, 'list') : start
  code = { ...code, js: list }
  for (const [i, each] of steps.slice(1).entries()) code = emitStep(unit, each, code.js, position(i + 1), place)
  // A list that is written out and empty is the result itself.
  if (first.consarray) {
    code = { js: `((${list}) => ${list}.length === 0 ? ${list} : ${code.js})(${start})`, kind: 'raw' }
  }
  if ((node as { keepSingletonArray?: boolean }).keepSingletonArray) {
    code = { js: `${use(unit, 'keepPath')}(${code.js})`, kind: 'raw' }
  }
  return node.group ? emitGroup(unit, code.js, node.group.lhs, place) : code
}

function emitFirst(unit: Unit, step: Step, position: Position, place: Place): Code {
  const { context } = place
  const plain = !step.stages && !step.group
  if (step.type === 'name' && plain) return emitStep(unit, step, context.list, position, place)
  if (step.consarray) {
    if (step.type !== 'unary') throw new Refusal('block with a list at the start of a path', step)
    // Evaluated against the whole context, not item by item.
    const js = emit(unit, step, within(place, { context: { ...context, unlike: true } }))
    if (step.stages) throw new Refusal('filter on a list at the start of a path', step)
    return { js, kind: 'value' }
  }
  // A variable does not depend on the context. Nor does it matter what is remembered of a list, if nothing is.
  if (step.type === 'variable' && plain && position === 'middle' && !unit.remembers) {
    return { js: emit(unit, step, place), kind: 'value' }
  }
  const list = step.type === 'variable' ? `[${context.item}]` : `${use(unit, 'itemsOf')}(${context.list})`
  // At the top there is one item: no loop is needed to go over it.
  if (context.top && plain && position === 'middle' && !unit.remembers && step.type !== 'variable') {
    return {
      js: emit(unit, step, within(place, { context: { ...context, list: 'input', top: false } })),
      kind: 'value',
    }
  }
  return emitStep(unit, step, list, position, place)
}

/** One step over what came before. The last one gives what may be a sequence, as names alone do not. */
function emitStep(unit: Unit, step: Step, list: string, position: Position, place: Place): Code {
  const isLast = position !== 'middle'
  if (step.type === 'sort') return emitSort(unit, step, list, isLast, place)
  if (step.type === 'name' && !step.stages && !step.group && !unit.remembers && position !== 'items') {
    return { js: `${getter(unit, String(step.value), isLast ? 'end' : 'each')}(${list})`, kind: 'value' }
  }
  const item = fresh(unit, 'item')
  const each = emitItem(unit, step, item, inItem(place, item))
  const js = `${use(unit, `${isLast ? 'last' : 'step'}${unit.remembers ? 'Kept' : ''}`)}(${list}, ${arrow(item, each)})`
  return { js, kind: isLast ? 'raw' : 'value' }
}

/** A step against one item, with its filters: what it gives is flattened into the rest, so it need be no value. */
function emitItem(unit: Unit, step: Step, item: string, place: Place): string {
  let code: Code
  if (step.type !== 'name') code = { js: emit(unit, step, place), kind: 'value' }
  else if (!unit.remembers) code = { js: `${getter(unit, String(step.value), 'one')}(${item})`, kind: 'value' }
  else {
    const kept = `${use(unit, 'lookup')}(${item}, ${literal(String(step.value))})`
    code = { js: `${use(unit, 'marked')}(${step.keepArray ? `${use(unit, 'keep')}(${kept})` : kept})`, kind: 'value' }
  }
  for (const stage of step.stages ?? []) code = emitFilter(unit, code, stage, place)
  return code.js
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
  const get = declare(unit, 'get', `(it) => ${source}`)
  if (otherwise === 'one') return get
  return declare(unit, otherwise, `(it) => isArray(it) ? ${use(unit, otherwise)}(it, ${name}, ${get}) : ${get}(it)`)
}

/** `[...]` on what came before. */
export function emitFilter(unit: Unit, before: Code, stage: Stage, place: Place): Code {
  const { expr } = stage
  if (stage.type !== 'filter' || expr === undefined) throw new Refusal('variable bound in a path')
  if (expr.type === 'number') {
    const index = literal(Math.floor(expr.value as number))
    return { js: `${use(unit, unit.remembers ? 'atKept' : 'at')}(${before.js}, ${index})`, kind: 'raw' }
  }
  const item = fresh(unit, 'item')
  const { js, kind } = emitAny(unit, expr, inItem(place, item))
  return { js: `${use(unit, kind === 'test' ? 'where' : 'filter')}(${before.js}, ${arrow(item, js)})`, kind: 'raw' }
}

function emitSort(unit: Unit, step: Step, list: string, isLast: boolean, place: Place): Code {
  const terms = (step.terms ?? []) as readonly { readonly expression: Node; readonly descending: boolean }[]
  const [left, right] = [fresh(unit, 'left'), fresh(unit, 'right')]
  const compared = terms.map(({ expression, descending }) => {
    const sides = [left, right].map((name) => emit(unit, expression, inItem(place, name)))
    return `${use(unit, 'compare')}(${sides.join(', ')}, ${descending})`
  })
  let code: Code = {
    js: `${use(unit, 'sorted')}(${list}, (${left}, ${right}) => ${compared.join(' || ')})`,
    kind: 'raw',
  }
  for (const stage of step.stages ?? []) code = emitFilter(unit, code, stage, place)
  return isLast ? code : { js: code.js, kind: 'value' }
}
