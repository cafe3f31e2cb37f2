/** Resolves `$name`, and finds which nodes bind it. */
import { type Node, walkNodes } from '../ast.ts'
import { NotCompilable } from '../not-compilable.ts'
import { isCompiled, SEQUENCE_FUNCTIONS } from '../runtime/functions/builtin-functions.ts'
import {
  type CompilationUnit,
  createName,
  declareConstant,
  type EmitSite,
  type ScopeFrame,
  useLibrary,
  type VariableSlot,
} from './compilation-unit.ts'
import { toLiteral } from './literal.ts'

/** A frame with a slot for each name bound directly in it. */
export function createFrame(unit: CompilationUnit, parts: readonly Node[], outer: ScopeFrame | undefined): ScopeFrame {
  const slots = new Map<string, VariableSlot>()
  for (const part of parts) {
    for (const { name, value } of findBindings(part)) {
      const slot: VariableSlot = slots.get(name) ?? {
        js: createName(unit, '', name),
        alwaysBound: false,
        mayBeUnbound: false,
        values: [],
      }
      slot.values.push(value)
      slots.set(name, slot)
    }
  }
  return outer === undefined ? { slots } : { slots, outer }
}

/** Names bound in the same frame as this node. Blocks and lambdas have frames of their own. */
function* findBindings(node: unknown): Generator<{ readonly name: string; readonly value: Node }> {
  if (typeof node !== 'object' || node === null) return
  const { type, lhs, rhs, thunk } = node as Partial<Node>
  // A thunk, which the parser makes of a tail call, has no frame.
  if ((type === 'block' || type === 'lambda') && !thunk) return
  if (type === 'bind') yield { name: String((lhs as Node).value), value: rhs as Node }
  for (const child of Object.values(node)) yield* findBindings(child)
}

/** The source of a variable's value. */
export function resolveVariable(unit: CompilationUnit, node: Node, site: EmitSite): string {
  const name = String(node.value)
  return resolveName(unit, name, site, () => resolveGlobal(unit, name, node))
}

/** `%`: the item that an earlier step was applied to. */
export const resolveParent = (unit: CompilationUnit, label: string, site: EmitSite): string =>
  resolveName(unit, label, site, () => 'undefined')

/** The innermost binding in effect at run time. Tests each one that may be unbound before trying the next. */
function resolveName(unit: CompilationUnit, name: string, site: EmitSite, fallback: () => string): string {
  const candidates: { readonly js: string; readonly test: string }[] = []
  const choose = (last: string): string =>
    candidates.reduceRight((otherwise, { js, test }) => `(${test} ? ${js} : ${otherwise})`, last)
  for (let frame: ScopeFrame | undefined = site.frame; frame !== undefined; frame = frame.outer) {
    const { slots, tuple } = frame
    const slot = slots.get(name)
    const member = `${tuple?.js}[${toLiteral(name)}]`
    if (tuple?.always.has(name)) return choose(member)
    if (tuple?.maybe.has(name)) candidates.push({ js: member, test: `${toLiteral(name)} in ${tuple.js}` })
    if (slot?.alwaysBound) return choose(slot.js)
    if (slot === undefined) continue
    slot.mayBeUnbound = true
    candidates.push({ js: slot.js, test: `${slot.js} !== ${declareUnboundMarker(unit)}` })
  }
  return choose(fallback())
}

export const declareUnboundMarker = (unit: CompilationUnit): string => declareConstant(unit, 'unbound', 'Symbol()')

function resolveGlobal(unit: CompilationUnit, name: string, node: Node): string {
  if (name === '$') return 'input'
  return isFunctionName(unit, name) ? resolveFunction(unit, name, node) : resolveBinding(unit, name, node)
}

/** A variable bound by the caller. */
function resolveBinding(unit: CompilationUnit, name: string, node: Node): string {
  if (name in {}) throw new NotCompilable('name that every object inherits', node)
  const existing = unit.variables.get(name)
  if (existing !== undefined) return existing
  const js = createName(unit, '', name)
  unit.variables.set(name, js)
  return js
}

export const isBound = (name: string, frame: ScopeFrame | undefined): boolean =>
  frame !== undefined && (frame.slots.has(name) || isInTuple(name, frame) || isBound(name, frame.outer))

const isInTuple = (name: string, { tuple }: ScopeFrame): boolean =>
  tuple !== undefined && (tuple.always.has(name) || tuple.maybe.has(name))

export const isFunctionName = ({ functions }: Pick<CompilationUnit, 'functions'>, name: string): boolean =>
  isCompiled(name) || name === 'eval' || functions.some((each) => each.name === name)

/** A function named without being called. */
function resolveFunction(unit: CompilationUnit, name: string, node: Node): string {
  if (unit.functions.some((each) => each.name === name)) {
    const source = `${useLibrary(unit, 'connectorFunctionValue')}(functions[${toLiteral(name)}].checked)`
    return declareConstant(unit, '', source, name)
  }
  if (!isCompiled(name)) throw new NotCompilable('$eval', node)
  return declareConstant(unit, '', `${useLibrary(unit, 'builtinValue')}(${toLiteral(name)})`, name)
}

/**
 * Whether any node of the expression treats a sequence differently from an array of the data: `[]`, `$distinct`, array
 * constructors in a path, and functions whose tail call yields a sequence unconverted.
 */
export function needsSequenceTracking(root: Node): boolean {
  const all = [...walkNodes(root)] as unknown as readonly Node[]
  // The result of a direct call becomes a value at once.
  const called = new Set(all.filter(({ type, thunk }) => type === 'function' && !thunk).map((node) => node.procedure))
  const tailCalled = new Set(all.filter(({ thunk }) => thunk).map(({ body }) => body?.procedure))
  return all.some((node) => {
    const { type, value, keepArray, keepSingletonArray, consarray, predicate, group } = node
    if (keepArray || keepSingletonArray || consarray) return true
    if (type !== 'variable' || !SEQUENCE_FUNCTIONS.has(String(value))) return false
    // With a filter or a grouping, the function becomes a value first and is called afterwards.
    const isCalledByName = called.has(node) && predicate === undefined && group === undefined
    return value === 'distinct' || !isCalledByName || tailCalled.has(node)
  })
}
