/** Emits function calls, chaining with `~>`, and lambdas. */
import type { Node } from '../ast.ts'
import { NotCompilable } from '../not-compilable.ts'
import { isCompiled } from '../runtime/functions/builtin-functions.ts'
import { acceptsAnything } from '../runtime/functions/signature.ts'
import {
  type CompilationUnit,
  chargeCode,
  createName,
  declareConstant,
  type EmitSite,
  type EmittedCode,
  indent,
  type NodeEmitter,
  useLibrary,
  type VariableSlot,
  withSite,
} from './compilation-unit.ts'
import { emitBlock } from './emit-block.ts'
import { emitConditional, emitValue } from './emit-value.ts'
import { toLiteral } from './literal.ts'
import { createFrame, declareUnboundMarker, isBound, isFunctionName, resolveVariable } from './scope.ts'

interface CallOptions {
  /** Source of the left side of `~>`, passed as the first argument. */
  readonly chained?: string
  readonly isTailCall?: boolean
}

export function emitCall(unit: CompilationUnit, node: Node, site: EmitSite, options: CallOptions = {}): EmittedCode {
  const { chained, isTailCall = false } = options
  const { procedure } = node
  if (procedure === undefined) throw new NotCompilable('unknown syntax', node)
  const args = (node.arguments ?? []).map((argument) => {
    const js = emitValue(unit, argument, site)
    return isTailCall ? guardTailArgument(unit, argument, js, String(procedure.value)) : js
  })
  if (chained !== undefined) args.unshift(chained)
  const name = String(procedure.value)
  const isPlain = procedure.type === 'variable' && !procedure.predicate && !procedure.group
  if (isPlain && !isBound(name, site.frame) && isFunctionName(unit, name)) {
    return emitNamedCall(unit, { node, name, args, site, isTailCall })
  }
  const f = isPlain ? resolveVariable(unit, procedure, site) : emitValue(unit, procedure, site)
  const js = `${useLibrary(unit, 'invoke')}(${[f, ...args].join(', ')})`
  return { js, kind: unit.tracksSequences ? 'raw' : 'value' }
}

interface NamedCall {
  readonly node: Node
  readonly name: string
  /** Sources of the arguments. */
  readonly args: readonly string[]
  readonly site: EmitSite
  readonly isTailCall: boolean
}

/** A call of a built-in function or one of the connector's. */
function emitNamedCall(unit: CompilationUnit, { node, name, args, site, isTailCall }: NamedCall): EmittedCode {
  const own = unit.functions.find((each) => each.name === name)
  if (own === undefined && !isCompiled(name)) throw new NotCompilable('$eval', node)
  if (own === undefined) {
    const direct = emitDirectCall(unit, name, args)
    if (direct !== undefined) return direct
  }
  const { list, item, top, unavailable } = site.context
  // For a tail call, the interpreter uses the context of the caller of the function.
  const context = isTailCall || unavailable ? useLibrary(unit, 'NO_CONTEXT') : list
  if (own === undefined) {
    const f = declareConstant(unit, '', `${useLibrary(unit, 'builtin')}(${toLiteral(name)})`, name)
    // Only these two receive an input array as one item.
    const first = context === list && top && (name === 'string' || name === 'clone') ? item : context
    return { js: `${f}(${[first, ...args].join(', ')})`, kind: 'raw' }
  }
  const functions = `functions[${toLiteral(name)}]`
  if (acceptsAnything(own.signature, args.length)) {
    const wrapped = `${functions}.${args.length === 1 ? 'unary' : 'unchecked'}`
    return { js: `${declareConstant(unit, '', wrapped, name)}(${args.join(', ')})`, kind: 'value' }
  }
  const f = declareConstant(unit, '', `${functions}.checked`, name)
  return { js: `${f}(${[context, ...args].join(', ')})`, kind: 'value' }
}

/** Built-in functions of one argument → library functions that need no context and no signature. */
const DIRECT_FUNCTIONS: Readonly<Record<string, string>> = {
  boolean: 'boolean',
  count: 'count',
  exists: 'exists',
  not: 'not',
  string: 'string',
  type: 'typeName',
}

function emitDirectCall(unit: CompilationUnit, name: string, args: readonly string[]): EmittedCode | undefined {
  const [only] = args
  if (name === 'contains' && args.length === 2) {
    return { js: `${useLibrary(unit, name)}(${args.join(', ')})`, kind: 'test' }
  }
  if (args.length !== 1 || only === undefined) return undefined
  const direct = Object.hasOwn(DIRECT_FUNCTIONS, name) ? DIRECT_FUNCTIONS[name] : undefined
  if (direct === undefined) return undefined
  return { js: `${useLibrary(unit, direct)}(${only})`, kind: name === 'not' || name === 'exists' ? 'test' : 'value' }
}

/** Nodes that the interpreter never confuses with a function in tail position. */
const TAIL_SAFE_TYPES = new Set(['string', 'number', 'value', 'binary', 'unary', 'lambda', 'regex'])

/** The interpreter passes an argument of a tail call unevaluated, which breaks built-in functions. */
function guardTailArgument(unit: CompilationUnit, { type }: Node, js: string, name = ''): string {
  // In tail position `$sort` receives functions of the expression in a form it cannot call.
  if (name === 'sort') return `${useLibrary(unit, 'rejectFunctionToSort')}(${js})`
  return TAIL_SAFE_TYPES.has(type) ? js : `${useLibrary(unit, 'rejectTailCall')}(${js})`
}

/** `left ~> right`. */
export function emitApply(unit: CompilationUnit, node: Node, site: EmitSite): EmittedCode {
  const [left, right] = [emitValue(unit, node.lhs as Node, site), node.rhs as Node]
  if (right.type === 'function') {
    // The interpreter ignores a filter or a grouping after the call.
    return emitCall(unit, right, site, { chained: guardTailArgument(unit, node.lhs as Node, left) })
  }
  const js = `${useLibrary(unit, 'applyChain')}(${left}, ${emitValue(unit, right, site)})`
  return { js, kind: unit.tracksSequences ? 'raw' : 'value' }
}

/** `function($a, $b) { ... }`. */
export function emitLambda(unit: CompilationUnit, node: Node, outer: EmitSite): EmittedCode {
  if (node.thunk) throw new NotCompilable('filter on a tail call', node)
  const body = node.body as Node
  const frame = createFrame(unit, [body], outer.frame)
  const parameters = (node.arguments ?? []).map(({ value }) => {
    const js = createName(unit, '', String(value))
    const slot: VariableSlot = { js, alwaysBound: true, mayBeUnbound: false, values: [] }
    frame.slots.set(String(value), slot)
    return slot.js
  })
  const deepest = { level: 0 }
  const code = emitTail(unit, body, withSite(outer, { frame, level: 0, deepest, concurrent: false }))
  const locals = [...frame.slots.values()].filter(({ js }) => !parameters.includes(js))
  const [enter, leave] = [useLibrary(unit, 'enterFunction'), useLibrary(unit, 'leaveFunction')]
  const result = createName(unit, 'result')
  const charge = chargeCode(unit, code)
  const source = [
    ...locals.map(({ js }) => `let ${js} = ${declareUnboundMarker(unit)};`),
    `${enter}(${deepest.level});`,
    ...(charge === undefined ? [] : [`${charge};`]),
    `const ${result} = ${code};`,
    `${leave}(${deepest.level});`,
    `return ${result};`,
  ].join('\n')
  const js = `((${parameters.join(', ')}) => {\n  ${indent(source)}\n})`
  const { signature } = node
  if (signature === undefined) return { js, kind: 'value' }
  return { js: `${useLibrary(unit, 'withSignature')}(${toLiteral(signature.definition)}, ${js})`, kind: 'value' }
}

/** A node in tail position. The result of a tail call is returned unconverted: it may still be a sequence. */
const emitTail: NodeEmitter = (unit, node, site) => {
  const inner = withSite(site, { level: site.level + 1 })
  site.deepest.level = Math.max(site.deepest.level, inner.level)
  if (node.thunk) return emitTailCall(unit, node.body as Node, inner)
  const isPlain = (!node.predicate || picksTailCall(node)) && !node.group
  if (isPlain && node.type === 'condition') return emitConditional(unit, node, inner, emitTail)
  if (isPlain && node.type === 'block') return emitBlock(unit, node, inner, emitTail)
  return emitValue(unit, node, site)
}

/** `(…; $f(x))[0]`: the pending call is the only item, so the filter picks all of its result. */
const picksTailCall = ({ expressions, predicate = [] }: Node): boolean =>
  (expressions ?? []).slice(-1).some((last) => last.thunk) &&
  predicate.every(({ expr }) => expr?.type === 'number' && [0, -1].includes(Math.floor(Number(expr.value))))

function emitTailCall(unit: CompilationUnit, node: Node, site: EmitSite): string {
  // The interpreter ignores a grouping here.
  const { js, kind } = emitCall(unit, node, site, { isTailCall: true })
  return kind === 'raw' ? `${useLibrary(unit, 'fromTailCall')}(${js})` : js
}
