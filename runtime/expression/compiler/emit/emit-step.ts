/** Emits one step of a path against one item, filters, and the terms of a sort. */
import type { Node, Stage } from '../ast.ts'
import { NotCompilable } from '../not-compilable.ts'
import {
  type CompilationUnit,
  createName,
  declareConstant,
  type EmitSite,
  type EmittedCode,
  toArrowFunction,
  toItemSite,
  useLibrary,
} from './compilation-unit.ts'
import { emitGroup } from './emit-object.ts'
import { convertSequence, emitTyped, emitValue } from './emit-value.ts'
import { toLiteral } from './literal.ts'

/**
 * A step against one item, with its filters. Its result is flattened into the step's list, so it may stay a sequence.
 */
export function emitItemStep(unit: CompilationUnit, step: Node, item: string, site: EmitSite): string {
  let code: EmittedCode = { js: emitBareStep(unit, step, item, site), kind: 'value' }
  for (const stage of step.stages ?? []) code = emitFilter(unit, code, stage, site)
  return code.js
}

/** JSONata's parser attaches filters and grouping of a quoted name at the start of a path as if it were a string. */
export const isPlainStep = ({ predicate, group }: Node): boolean => predicate === undefined && group === undefined

/** A step against one item, without its filters. */
export function emitBareStep(unit: CompilationUnit, step: Node, item: string, site: EmitSite): string {
  if (step.type !== 'name') return emitValue(unit, step, site)
  if (!isPlainStep(step)) return emitQuotedName(unit, step, item, site)
  if (!unit.tracksSequences) return `${declareGetter(unit, String(step.value), 'getField')}(${item})`
  return convertSequence(unit, step, `${useLibrary(unit, 'lookup')}(${item}, ${toLiteral(String(step.value))})`)
}

/** Its filters and grouping apply before it becomes a value. */
function emitQuotedName(unit: CompilationUnit, step: Node, item: string, site: EmitSite): string {
  const js = `${useLibrary(unit, 'lookup')}(${item}, ${toLiteral(String(step.value))})`
  let code: EmittedCode = { js, kind: 'raw' }
  for (const stage of step.predicate ?? []) code = emitFilter(unit, code, stage, site)
  if (step.group) code = emitGroup(unit, code.js, step.group.lhs, site)
  return convertSequence(unit, step, code.js)
}

/**
 * A getter of one field: from one item, or also from each item of a list. Every field has a getter of its own, so that
 * the JavaScript engine can cache where the field sits: shared getters take more than twice as long. Objects with a
 * JSONata function mark are functions.
 */
export function declareGetter(
  unit: CompilationUnit,
  key: string,
  lookup: 'getField' | 'getFieldOfEach' | 'getLastField',
): string {
  const name = toLiteral(key)
  const isArray = useLibrary(unit, 'isArray')
  const isRecord = unit.sharesConstants ? `${useLibrary(unit, 'isRecord')}(it)` : testRecord(isArray)
  const general = `${useLibrary(unit, 'getField')}(it, ${name})`
  // A name that every object inherits needs a check of ownership.
  const source = key in {} ? general : `${isRecord} ? it[${name}] : ${general}`
  const get = declareConstant(unit, 'get_', `(it) => ${source}`, key)
  if (lookup === 'getField') return get
  const prefix = lookup === 'getLastField' ? 'last_' : 'each_'
  if (unit.sharesConstants) {
    const create = useLibrary(unit, lookup === 'getLastField' ? 'lastFieldOf' : 'eachFieldOf')
    return declareConstant(unit, prefix, `${create}(${name}, ${get})`, key)
  }
  const fromEach = `${useLibrary(unit, lookup)}(it, ${name}, ${get})`
  const begins = unit.returnsInput ? `(begin(), ${fromEach})` : fromEach
  return declareConstant(unit, prefix, `(it) => isArray(it) ? ${begins} : ${get}(it)`, key)
}

/** `isRecord` of the library, inline: a third of a getter's time. A module is small rather than that fast. */
const testRecord = (isArray: string): string =>
  `typeof it === 'object' && it !== null && !${isArray}(it) && it._jsonata_function !== true && it._jsonata_lambda !== true`

/** A further argument of a shared getter over lists. */
export const passBegin = (unit: CompilationUnit): string => (unit.returnsInput && unit.sharesConstants ? ', begin' : '')

/** `[...]` after `source`. */
export function emitFilter(unit: CompilationUnit, source: EmittedCode, stage: Stage, site: EmitSite): EmittedCode {
  const { expr } = stage
  if (stage.type !== 'filter' || expr === undefined) throw new NotCompilable('variable bound in a path')
  if (expr.type === 'number') {
    const index = toLiteral(Math.floor(expr.value as number))
    const name = useLibrary(unit, unit.tracksSequences ? 'itemAtKeepingArray' : 'itemAt')
    return { js: `${name}(${source.js}, ${index})`, kind: 'raw' }
  }
  const item = createName(unit, 'item')
  const { js, kind } = emitTyped(unit, expr, toItemSite(site, item))
  const name = useLibrary(unit, kind === 'test' ? 'filterByTest' : 'filter')
  return { js: `${name}(${source.js}, ${toArrowFunction(unit, item, js)})`, kind: 'raw' }
}

/** The names that the code of a sort term uses for the item to sort by, and the site of that code. */
interface SortedItem {
  readonly parameters: string
  readonly site: EmitSite
}

/** The terms of a sort, each emitted once: code for both sides would double with each sort within a sort. */
export function emitSortTerms(unit: CompilationUnit, step: Node, createItem: () => SortedItem): string {
  const terms = (step.terms ?? []).map(({ expression, descending = false }) => {
    const { parameters, site } = createItem()
    return `[${toArrowFunction(unit, parameters, emitValue(unit, expression, site))}, ${descending}]`
  })
  return `[${terms.join(', ')}]`
}
