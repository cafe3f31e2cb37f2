/** The state of one compilation: the declarations its source needs, and the binding of each name. */
import type { Node } from '../ast.ts'
import type { ConnectorFunction } from '../runtime/functions/connector-functions.ts'
import type { Limits } from '../runtime/limits.ts'
import { toIdentifier } from './literal.ts'

export interface CompilationUnit {
  readonly functions: readonly ConnectorFunction[]
  readonly limits: Limits
  /** Whether arrays must remember that they were sequences. Decided before any code is emitted. */
  readonly tracksSequences: boolean
  /**
   * Whether the program returns a part of its input. It visits nothing but lists, and begins to count where it meets one.
   */
  readonly returnsInput: boolean
  /** Whether other programs use the same constants, so that none can hold the `begin` of one. */
  readonly sharesConstants: boolean
  /** Library functions in use. */
  readonly libraryNames: Set<string>
  /** Source of each module constant → its name: field getters, functions, literal lists. */
  readonly constants: Map<string, string>
  /** Free variables → their names in the source. */
  readonly variables: Map<string, string>
  /** Last number used for a generated name. */
  nameCount: number
  /** Emits any node with its filters and its grouping. Emitters call one another through it, without import circles. */
  readonly emitNode: (unit: CompilationUnit, node: Node, site: EmitSite) => EmittedCode
}

/** `test`: true, false or undefined. `raw`: possibly a sequence, not yet a value. */
export type CodeKind = 'test' | 'value' | 'raw'

export interface EmittedCode {
  readonly js: string
  readonly kind: CodeKind
}

/** The meaning of `.` and `$` at a site. They differ at the top level, where an input array is one item. */
export interface ItemContext {
  /** The start of a path: an array here is a list of items. */
  readonly list: string
  /** `$`. */
  readonly item: string
  /** At the top level, an input array is one item, and a first step sees it as one. */
  readonly top: boolean
  /** Whether the interpreter has a context here that compiled code does not build. */
  readonly unavailable?: boolean
}

export interface VariableSlot {
  readonly js: string
  /** Bound from here on, on every execution path. */
  alwaysBound: boolean
  /** Read or written where it may be unbound, so it is declared with `let` and a marker. */
  mayBeUnbound: boolean
  /** Every value bound to it. Empty for a parameter, which may be anything. */
  readonly values: Node[]
}

/** The names of a block or a lambda, JSONata's frame. */
export interface ScopeFrame {
  readonly slots: Map<string, VariableSlot>
  readonly outer?: ScopeFrame
  /** Set for a step of a tuple stream instead: the names each tuple binds. */
  readonly tuple?: TupleNames & { readonly js: string }
}

/** The names that every tuple of a stream binds, and those that only some bind. */
export interface TupleNames {
  readonly always: Set<string>
  readonly maybe: Set<string>
}

/** The surroundings of a node that determine its code. */
export interface EmitSite {
  readonly context: ItemContext
  readonly frame: ScopeFrame
  /** Depth of the interpreter here, counted from the function's body. The deepest one is recorded. */
  readonly level: number
  readonly deepest: { level: number }
  /**
   * Inside an array or object constructor, whose members the interpreter evaluates concurrently: no name may be bound.
   */
  readonly concurrent?: boolean
}

export type NodeEmitter = (unit: CompilationUnit, node: Node, site: EmitSite) => string

/** A unique name. `text` is its name in the expression. */
export const createName = (unit: CompilationUnit, prefix: string, text?: string): string =>
  text === undefined ? `${prefix}${++unit.nameCount}` : `${prefix}${toIdentifier(text)}_${++unit.nameCount}`

export function useLibrary(unit: CompilationUnit, name: string): string {
  unit.libraryNames.add(name)
  return name
}

/** A module constant, declared once for each source. */
export function declareConstant(unit: CompilationUnit, prefix: string, source: string, text?: string): string {
  const existing = unit.constants.get(source)
  if (existing !== undefined) return existing
  const name = createName(unit, prefix, text)
  unit.constants.set(source, name)
  return name
}

export const withSite = (site: EmitSite, changes: Partial<EmitSite>): EmitSite => ({ ...site, ...changes })

/** The site of a node evaluated against one item. */
export const toItemSite = (site: EmitSite, name: string): EmitSite =>
  withSite(site, { context: { list: name, item: name, top: false } })

export const indent = (source: string): string => source.replaceAll('\n', '\n  ')

/** Characters of generated code for one step. Far more than an ordinary callback has. */
const CODE_PER_STEP = 2048

/** Charges a long piece of code each time it runs: shorter ones are part of the step that calls them. */
export function chargeCode(unit: CompilationUnit, code: string): string | undefined {
  const steps = Math.floor(code.length / CODE_PER_STEP)
  return steps === 0 ? undefined : `${useLibrary(unit, 'consumeSteps')}(${steps})`
}

/** An arrow function. An object literal as its body needs parentheses. */
export function toArrowFunction(unit: CompilationUnit, parameters: string, body: string): string {
  const charge = chargeCode(unit, body)
  if (charge !== undefined) return `(${parameters}) => (${charge}, ${body})`
  return `(${parameters}) => ${body.startsWith('{') ? `(${body})` : body}`
}
