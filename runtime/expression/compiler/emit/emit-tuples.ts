/** Paths that bind names on their way: `a@$v.b#$i[$i > 0].{"parent": %.c}`. */
import type { Node, Pair, Stage } from '../ast.ts'
import {
  arrow,
  type Code,
  type EmitSite,
  type Frame,
  fresh,
  indent,
  inItem,
  NotCompilable,
  type Unit,
  use,
  within,
} from './compilation-unit.ts'
import { emit, emitRows } from './emit.ts'
import { emitCompare, emitOne, type Step } from './emit-path.ts'
import { literal } from './literal.ts'

type Row = NonNullable<Frame['row']>

/** Whether a node gives rows, to be grouped or taken up by the path it is a step of. */
export function makesRows(node: Node): boolean {
  if (node.type === 'block') return (node.expressions ?? []).slice(-1).some(givesRows)
  return node.type === 'path' && node.tuple === true && (node.steps ?? []).some((step) => step.tuple)
}

export const givesRows = (node: Node): boolean => node.group === undefined && makesRows(node)

/** The part of a path from the first step on that binds a name. `sure`: the list before it is never nothing. */
export function emitRowPath(
  unit: Unit,
  node: Node,
  steps: readonly Step[],
  list: string,
  place: EmitSite,
  sure: boolean,
): Code {
  const names = { sure: new Set<string>(), maybe: new Set<string>() }
  let js = ''
  for (const [i, step] of steps.entries()) {
    if (i === 0 && step.type === 'sort') js = emitSortedRows(unit, step, list, place, names)
    else js = emitStep(unit, step, i === 0 ? `${use(unit, sure ? 'rows' : 'rowsAfter')}(${list})` : js, place, names)
  }
  if (node.group) {
    const all = sure ? names : { sure: new Set<string>(), maybe: new Set([...names.sure, ...names.maybe]) }
    return emitRowGroup(unit, js, node.group.lhs, place, all)
  }
  if (node.tuple) return { js: `${use(unit, 'keepRows')}(${js})`, kind: 'raw' }
  return { js: `${use(unit, 'itemsOfRows')}(${js})`, kind: 'raw' }
}

type Names = Omit<Row, 'js'>

/** A place within a row: where names are looked up in it before anywhere else. */
const inRow = (place: EmitSite, item: string, js: string, names: Names): EmitSite =>
  within(inItem(place, item), { frame: { slots: new Map(), outer: place.frame, row: { js, ...names } } })

function emitStep(unit: Unit, step: Step, before: string, place: EmitSite, names: Names): string {
  if (step.type === 'sort') return emitStages(unit, step, emitSort(unit, step, before, place, names), place, names)
  const [item, row] = [fresh(unit, 'item'), fresh(unit, 'row')]
  const inner = inRow(place, item, row, names)
  const each = makesRows(step) ? emitRows(unit, step, inner) : emitOne(unit, step, item, inner)
  const bound = { focus: step.focus, index: step.index, parent: step.ancestor?.label }
  const written = Object.entries(bound).flatMap(([key, name]) =>
    name === undefined ? [] : `${key}: ${nameOf(name, step)}`,
  )
  // What gives rows of its own binds nothing more.
  const into = givesRows(step) ? names.maybe : names.sure
  for (const name of [...Object.values(bound), ...(givesRows(step) ? boundWithin(step) : [])])
    if (name !== undefined) into.add(name)
  const js = `${use(unit, 'stepRows')}(${before}, ${arrow(`${item}, ${row}`, each)}, { ${written.join(', ')} })`
  return emitStages(unit, step, js, place, names)
}

/** The name of a variable, as a member of a row. */
function nameOf(name: string, node: Node): string {
  if (name === '' || name in {}) throw new NotCompilable('name of an object member', node)
  return literal(name)
}

function boundWithin(node: Node): readonly string[] {
  const inner = node.type === 'block' ? (node.expressions ?? []).slice(-1) : (node.steps ?? [])
  return inner.flatMap((step) => {
    const numbers = (step.stages ?? []).filter(({ type }) => type === 'index').map(({ value }) => String(value))
    return [step.focus, step.index, step.ancestor?.label, ...numbers, ...boundWithin(step)].filter(
      (it) => it !== undefined,
    )
  })
}

function emitStages(unit: Unit, step: Step, before: string, place: EmitSite, names: Names): string {
  let js = before
  for (const stage of step.stages ?? []) {
    if (stage.type === 'index') {
      js = `${use(unit, 'numberRows')}(${js}, ${nameOf(String(stage.value), step)})`
      names.sure.add(String(stage.value))
    } else js = emitRowFilter(unit, js, stage, place, names)
  }
  return js
}

/** `[...]` over rows. */
export function emitRowFilter(
  unit: Unit,
  before: string,
  { expr }: Stage,
  place: EmitSite,
  names: Names,
  on: 'Rows' | 'Made' = 'Rows',
): string {
  if (expr === undefined) throw new NotCompilable('variable bound in a path')
  if (expr.type === 'number') return `${use(unit, `at${on}`)}(${before}, ${literal(Math.floor(expr.value as number))})`
  const [item, row] = [fresh(unit, 'item'), fresh(unit, 'row')]
  const test = arrow(`${item}, ${row}`, emit(unit, expr, inRow(place, item, row, names)))
  return `${use(unit, `filter${on}`)}(${before}, ${test})`
}

function emitSort(unit: Unit, step: Step, before: string, place: EmitSite, names: Names): string {
  const sides = ['left', 'right'].map((side) => fresh(unit, side))
  const [left, right] = sides.map((side) => inRow(place, `${side}["@"]`, side, names)) as [EmitSite, EmitSite]
  return `${use(unit, 'sortRows')}(${before}, (${sides.join(', ')}) => ${emitCompare(unit, step, left, right)})`
}

/** A sort whose positions are bound: what was sorted are no rows yet. */
function emitSortedRows(unit: Unit, step: Step, list: string, place: EmitSite, names: Names): string {
  const sides = ['left', 'right'].map((side) => fresh(unit, side))
  const [left, right] = sides.map((side) => inItem(place, side)) as [EmitSite, EmitSite]
  const compare = `(${sides.join(', ')}) => ${emitCompare(unit, step, left, right)}`
  // Without a name, the interpreter binds it to what JavaScript makes of none.
  const index = step.index ?? 'undefined'
  names.sure.add(index)
  const js = `${use(unit, 'sortedRows')}(${list}, ${compare}, ${nameOf(index, step)})`
  return emitStages(unit, step, js, place, names)
}

/** `{ key: value }` over rows. */
export function emitRowGroup(unit: Unit, before: string, pairs: readonly Pair[], place: EmitSite, names: Names): Code {
  const functions = pairs.map((pair) => {
    const parts = pair.map((part) => {
      const [item, row] = [fresh(unit, 'item'), fresh(unit, 'row')]
      return arrow(`${item}, ${row}`, emit(unit, part, within(inRow(place, item, row, names), { beside: true })))
    })
    return `[${parts.join(', ')}],`
  })
  return { js: `${use(unit, 'groupRows')}(${before}, [\n  ${indent(functions.join('\n'))}\n])`, kind: 'value' }
}

/** What filters and grouping of a block may find bound, if it gives rows at all. */
export const namesWithin = (node: Node): Names => ({ sure: new Set(), maybe: new Set(boundWithin(node)) })
