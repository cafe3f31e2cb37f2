/** Emits paths: `a.b[c].(d)^(e){f: g}`. */
import type { Node } from '../ast.ts'
import { NotCompilable } from '../not-compilable.ts'
import {
  type CompilationUnit,
  createName,
  type EmitSite,
  type EmittedCode,
  toArrowFunction,
  toItemSite,
  useLibrary,
  withSite,
} from './compilation-unit.ts'
import { emitGroup } from './emit-object.ts'
import { declareGetter, emitFilter, emitItemStep, emitSortTerms, isPlainStep, passBegin } from './emit-step.ts'
import { emitTuplePath } from './emit-tuples.ts'
import { emitValue } from './emit-value.ts'

/** The position of a step: in the middle, or at the end, where it yields the value or its items. */
type StepPosition = 'middle' | 'value' | 'items'

/**
 * The source of a path is a chain: each step takes the result of the previous one. Between steps an array is a list of
 * items, any other value is one item, and undefined is none. From the first step that binds a name, tuples flow
 * instead.
 */
export function emitPath(unit: CompilationUnit, node: Node, site: EmitSite): EmittedCode {
  const steps = node.steps ?? []
  const [first] = steps
  if (first === undefined) throw new NotCompilable('unknown syntax', node)
  site.deepest.level = Math.max(site.deepest.level, site.level + 1)
  if (first.consarray) return emitFromArray(unit, node, steps, site)
  const code = first.tuple
    ? emitTuplePath(unit, { node, steps, list: emitFirstList(unit, first, site), site, isNeverEmpty: true })
    : emitRest(unit, node, emitFirst(unit, first, getPosition(node, 0), site), site)
  return finishPath(unit, node, code, site)
}

/** The steps after the first one. */
function emitRest(unit: CompilationUnit, node: Node, first: EmittedCode, site: EmitSite): EmittedCode {
  const steps = node.steps ?? []
  let code = first
  for (const [i, step] of steps.entries()) {
    if (i === 0) continue
    if (step.tuple) {
      return emitTuplePath(unit, { node, steps: steps.slice(i), list: code.js, site, isNeverEmpty: false })
    }
    code = emitStep(unit, { step, list: code.js, position: getPosition(node, i), site })
  }
  return code
}

/** A grouping takes the items themselves, before a single one stands for the list. */
const getPosition = (node: Node, i: number): StepPosition =>
  i < (node.steps ?? []).length - 1 ? 'middle' : node.group ? 'items' : 'value'

/** Applies `[]` and the grouping of the whole path. Tuples are grouped already. */
function finishPath(unit: CompilationUnit, node: Node, code: EmittedCode, site: EmitSite): EmittedCode {
  const isGrouped = node.group !== undefined && code.kind === 'value' && (node.steps ?? []).some((step) => step.tuple)
  if (isGrouped) return code
  const kept: EmittedCode = node.keepSingletonArray
    ? { js: `${useLibrary(unit, 'keepPathArray')}(${code.js})`, kind: 'raw' }
    : code
  return node.group ? emitGroup(unit, kept.js, node.group.lhs, site) : kept
}

/** An array constructor as the first step is evaluated against the whole context, not item by item. */
function emitFromArray(unit: CompilationUnit, node: Node, steps: readonly Node[], site: EmitSite): EmittedCode {
  const [first] = steps as [Node]
  const isFiltered = first.predicate !== undefined || first.group !== undefined
  const bindsName = steps.some((step) => step.tuple)
  const isUnsupported = bindsName && (isFiltered || first.focus !== undefined || node.group)
  if (first.type !== 'unary' || first.stages || isUnsupported) {
    throw new NotCompilable('array constructor at the start of a path', first)
  }
  const array = emitValue(unit, first, withSite(site, { context: { ...site.context, unavailable: true } }))
  const start = isFiltered ? `${useLibrary(unit, 'requireArray')}(${array})` : array
  // The interpreter loses a name bound at this step, since there are no tuples yet.
  if (first.tuple) {
    const path = emitTuplePath(unit, { node, steps: steps.slice(1), list: start, site, isNeverEmpty: true })
    return finishPath(unit, node, path, site)
  }
  const list = createName(unit, 'list')
  const { js } = emitRest(unit, node, { js: list, kind: 'value' }, site)
  // An empty array is itself the result.
  const whole = `((${list}) => ${list}.length === 0 ? ${list} : ${js})(${start})`
  return finishPath(unit, node, { js: whole, kind: 'raw' }, site)
}

function emitFirst(unit: CompilationUnit, step: Node, position: StepPosition, site: EmitSite): EmittedCode {
  const { context } = site
  const isPlain = isPlainStep(step) && !step.stages
  if (step.type === 'name' && isPlain) return emitStep(unit, { step, list: context.list, position, site })
  const isValue = isPlain && position === 'middle' && !unit.tracksSequences
  // A variable does not depend on the context.
  if (step.type === 'variable' && isValue) return { js: emitValue(unit, step, site), kind: 'value' }
  // At the top level there is one item, which needs no loop.
  if (context.top && isValue) {
    const inner = withSite(site, { context: { ...context, list: 'input', top: false } })
    return { js: emitValue(unit, step, inner), kind: 'value' }
  }
  return emitStep(unit, { step, list: emitFirstList(unit, step, site), position, site })
}

/** The list a path starts from. A variable does not look into the context. */
function emitFirstList(unit: CompilationUnit, { type, focus }: Node, { context }: EmitSite): string {
  if (type !== 'variable') return `${useLibrary(unit, 'itemsOf')}(${context.list})`
  // The interpreter wraps an input array here, which shows where a focus leaves the item unchanged.
  return focus !== undefined && context.top
    ? `[${useLibrary(unit, 'rejectArray')}(${context.item})]`
    : `[${context.item}]`
}

interface StepOptions {
  readonly step: Node
  /** Source of the list from the previous step. */
  readonly list: string
  readonly position: StepPosition
  readonly site: EmitSite
}

/** One step over a list. The last one may yield a sequence, which field lookups alone do not. */
function emitStep(unit: CompilationUnit, { step, list, position, site }: StepOptions): EmittedCode {
  const isLast = position !== 'middle'
  if (step.type === 'sort') return emitSort(unit, { step, list, position, site })
  const isField = step.type === 'name' && isPlainStep(step) && !step.stages
  if (isField && !unit.tracksSequences && position !== 'items') {
    const getter = declareGetter(unit, String(step.value), isLast ? 'getLastField' : 'getFieldOfEach')
    return { js: `${getter}(${list}${passBegin(unit)})`, kind: 'value' }
  }
  const item = createName(unit, 'item')
  const body = emitItemStep(unit, step, item, toItemSite(site, item))
  const name = useLibrary(unit, selectStepFunction(isLast, unit.tracksSequences))
  return { js: `${name}(${list}, ${toArrowFunction(unit, item, body)})`, kind: isLast ? 'raw' : 'value' }
}

function selectStepFunction(isLast: boolean, tracksSequences: boolean): string {
  if (isLast) return tracksSequences ? 'lastStepKeepingArray' : 'lastStep'
  return tracksSequences ? 'stepKeepingArray' : 'step'
}

function emitSort(unit: CompilationUnit, { step, list, position, site }: StepOptions): EmittedCode {
  const terms = emitSortTerms(unit, step, () => {
    const item = createName(unit, 'item')
    return { parameters: item, site: toItemSite(site, item) }
  })
  const js = `${useLibrary(unit, 'sortItems')}(${list}, ${terms})`
  let code: EmittedCode = { js, kind: 'raw' }
  for (const stage of step.stages ?? []) code = emitFilter(unit, code, stage, site)
  if (position !== 'middle') return code
  // The next step takes an array for a list, and would take the sequence of a sort for one item.
  return { js: `${useLibrary(unit, 'itemsOfSorted')}(${code.js})`, kind: 'value' }
}
