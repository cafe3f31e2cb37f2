/** Emits paths over a tuple stream, whose steps bind names: `a@$v.b#$i[$i > 0].{"parent": %.c}`. */
import type { Node, Pair, Stage } from '../ast.ts'
import { NotCompilable } from '../not-compilable.ts'
import {
  type CompilationUnit,
  createName,
  type EmitSite,
  type EmittedCode,
  indent,
  type TupleNames,
  toArrowFunction,
  toItemSite,
  useLibrary,
  withSite,
} from './compilation-unit.ts'
import { emitBareStep, emitSortTerms } from './emit-step.ts'
import { emitTupleValue, emitValue } from './emit-value.ts'
import { toLiteral } from './literal.ts'
import { findTupleNames, makesTuples, yieldsTuples } from './tuple-names.ts'

interface TupleSource {
  /** Source of the tuple stream so far. */
  readonly source: string
  readonly site: EmitSite
  /** Names bound so far. Each step adds its own. */
  readonly names: TupleNames
}

interface TuplePath {
  readonly node: Node
  /** The steps from the first that binds a name. */
  readonly steps: readonly Node[]
  /** Source of the list before them. */
  readonly list: string
  readonly site: EmitSite
  /** Whether that list is never undefined. */
  readonly isNeverEmpty: boolean
}

export function emitTuplePath(unit: CompilationUnit, path: TuplePath): EmittedCode {
  const { node, steps, list, site, isNeverEmpty } = path
  const names: TupleNames = { always: new Set(), maybe: new Set() }
  let js = ''
  for (const [i, step] of steps.entries()) {
    if (i === 0 && step.type === 'sort') js = emitSortedTuples(unit, step, { source: list, site, names })
    else {
      const source = i === 0 ? `${useLibrary(unit, isNeverEmpty ? 'tuples' : 'tuplesAfter')}(${list})` : js
      js = emitStep(unit, step, { source, site, names })
    }
  }
  if (node.group) {
    const maybe = new Set([...names.always, ...names.maybe])
    const bound = isNeverEmpty ? names : { always: new Set<string>(), maybe }
    return emitTupleGroup(unit, { pairs: node.group.lhs, source: js, site, names: bound })
  }
  return { js: `${useLibrary(unit, node.tuple ? 'keepTuples' : 'itemsOfTuples')}(${js})`, kind: 'raw' }
}

/** The site of a node evaluated against one tuple, whose names take precedence over all others. */
const createTupleSite = (site: EmitSite, item: string, tuple: string, names: TupleNames): EmitSite =>
  withSite(toItemSite(site, item), {
    frame: { slots: new Map(), outer: site.frame, tuple: { js: tuple, ...names } },
  })

function emitStep(unit: CompilationUnit, step: Node, { source, site, names }: TupleSource): string {
  if (step.type === 'sort') {
    return emitStages(unit, step, { source: emitSort(unit, step, { source, site, names }), site, names })
  }
  const [item, tuple] = [createName(unit, 'item'), createName(unit, 'tuple')]
  const inner = createTupleSite(site, item, tuple, names)
  const body = makesTuples(step) ? emitTupleValue(unit, step, inner) : emitBareStep(unit, step, item, inner)
  const bound = { focus: step.focus, index: step.index, parent: step.ancestor?.label }
  const members = Object.entries(bound).flatMap(([key, name]) =>
    name === undefined ? [] : `${key}: ${variableLiteral(name, step)}`,
  )
  // A step that yields tuples of its own binds nothing for certain.
  const target = yieldsTuples(step) ? names.maybe : names.always
  for (const name of [...Object.values(bound), ...(yieldsTuples(step) ? findTupleNames(step) : [])])
    if (name !== undefined) target.add(name)
  const callback = toArrowFunction(unit, `${item}, ${tuple}`, body)
  const js = `${useLibrary(unit, 'stepTuples')}(${source}, ${callback}, { ${members.join(', ')} })`
  return emitStages(unit, step, { source: js, site, names })
}

/** The name of a variable as a member of a tuple. */
function variableLiteral(name: string, node: Node): string {
  if (name === '' || name in {}) throw new NotCompilable('name that every object inherits', node)
  return toLiteral(name)
}

function emitStages(unit: CompilationUnit, step: Node, { source, site, names }: TupleSource): string {
  let js = source
  for (const stage of step.stages ?? []) {
    if (stage.type === 'index') {
      js = `${useLibrary(unit, 'indexTuples')}(${js}, ${variableLiteral(String(stage.value), step)})`
      names.always.add(String(stage.value))
    } else js = emitTupleFilter(unit, { stage, source: js, site, names, of: 'Tuples' })
  }
  return js
}

interface TupleFilter extends TupleSource {
  readonly stage: Stage
  /** `Block`: the source may turn out to be no tuple stream. */
  readonly of: 'Tuples' | 'Block'
}

/** `[...]` over tuples. */
export function emitTupleFilter(unit: CompilationUnit, filter: TupleFilter): string {
  const { stage, source, site, names, of } = filter
  const { expr } = stage
  if (expr === undefined) throw new NotCompilable('variable bound in a path')
  if (expr.type === 'number') {
    return `${useLibrary(unit, `itemAtOf${of}`)}(${source}, ${toLiteral(Math.floor(expr.value as number))})`
  }
  const [item, tuple] = [createName(unit, 'item'), createName(unit, 'tuple')]
  const test = toArrowFunction(
    unit,
    `${item}, ${tuple}`,
    emitValue(unit, expr, createTupleSite(site, item, tuple, names)),
  )
  return `${useLibrary(unit, `filter${of}`)}(${source}, ${test})`
}

function emitSort(unit: CompilationUnit, step: Node, { source, site, names }: TupleSource): string {
  const terms = emitSortTerms(unit, step, () => {
    const [item, tuple] = [createName(unit, 'item'), createName(unit, 'tuple')]
    return { parameters: `${item}, ${tuple}`, site: createTupleSite(site, item, tuple, names) }
  })
  return `${useLibrary(unit, 'sortTuples')}(${source}, ${terms})`
}

/** A sort as the first step that binds a name: it sorts items, and binds their positions. */
function emitSortedTuples(unit: CompilationUnit, step: Node, { source, site, names }: TupleSource): string {
  const terms = emitSortTerms(unit, step, () => {
    const item = createName(unit, 'item')
    return { parameters: item, site: toItemSite(site, item) }
  })
  // Without a name, the interpreter binds the position under the name `undefined`.
  const index = step.index ?? 'undefined'
  names.always.add(index)
  const js = `${useLibrary(unit, 'tuplesOfSorted')}(${source}, ${terms}, ${variableLiteral(index, step)})`
  return emitStages(unit, step, { source: js, site, names })
}

interface TupleGroup extends TupleSource {
  readonly pairs: readonly Pair[]
}

/** `{ key: value }` over tuples. */
export function emitTupleGroup(unit: CompilationUnit, { pairs, source, site, names }: TupleGroup): EmittedCode {
  const functions = pairs.map((pair) => {
    const [key, member] = pair.map((node) => {
      const [item, tuple] = [createName(unit, 'item'), createName(unit, 'tuple')]
      const inner = withSite(createTupleSite(site, item, tuple, names), { concurrent: true })
      return toArrowFunction(unit, `${item}, ${tuple}`, emitValue(unit, node, inner))
    })
    return `[${key}, ${member}],`
  })
  const js = `${useLibrary(unit, 'groupTuples')}(${source}, [\n  ${indent(functions.join('\n'))}\n])`
  return { js, kind: 'value' }
}
