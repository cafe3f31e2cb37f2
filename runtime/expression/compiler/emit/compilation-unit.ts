/** One expression being compiled: what its source needs declared, and where a name is bound. */

import type { FunctionTable } from '../../functions.ts'
import type { Limits } from '../../parse.ts'
import type { Node } from '../ast.ts'
import type { Reason } from '../not-compilable.ts'
import { word } from './literal.ts'

/** Why an expression is not compiled. Thrown within this folder, and given back as a value by it. */
export class NotCompilable {
  readonly reason: Reason
  /** Offset after the word that it is about, where known. */
  readonly position: number | undefined

  constructor(reason: Reason, node?: Pick<Node, 'position'>) {
    this.reason = reason
    this.position = node?.position
  }
}

export interface Unit {
  readonly functions: FunctionTable
  readonly limits: Limits
  /** Whether values remember that they were sequences. Decided before anything is emitted. */
  readonly remembers: boolean
  /** Names of the library that are used. */
  readonly uses: Set<string>
  /** Source of each declaration → its name: looked-up fields, functions, constants. */
  readonly declared: Map<string, string>
  /** Free variables → their names in the source. */
  readonly variables: Map<string, string>
  /** Functions of the connector that are called. */
  readonly called: Set<string>
  /** Last number given to a name. */
  count: number
}

/** What a piece of source gives. `test`: true, false or nothing. `raw`: perhaps a sequence, not yet a value. */
export type Kind = 'test' | 'value' | 'raw'

export interface Code {
  readonly js: string
  readonly kind: Kind
}

/** What `.` and `$` mean at a place. They differ at the top, where a list as input is one item. */
export interface Context {
  /** Where a path starts: an array here is a list of items. */
  readonly list: string
  /** `$`. */
  readonly item: string
  /** Set at the top: a list as input is one item, and what is within a first step sees it as such. */
  readonly top: boolean
  /** Set where the interpreter has a context that we do not make. */
  readonly unlike?: boolean
}

export interface Slot {
  readonly js: string
  /** Bound by now, whatever happens. */
  sure: boolean
  /** Read or written where it may not be bound, so it has to say so. */
  loose: boolean
  /** What is bound to it, wherever that is. Nothing for a parameter, which may be anything. */
  readonly values: Node[]
}

/** Names that a block or a function binds. */
export interface Frame {
  readonly slots: Map<string, Slot>
  readonly outer?: Frame
  /** A row of a path instead: the names that are in it, and those that may be. */
  readonly row?: { readonly js: string; readonly sure: Set<string>; readonly maybe: Set<string> }
}

/** Where a node stands. */
export interface EmitSite {
  readonly context: Context
  readonly frame: Frame
  /** How deep the interpreter would be, counted from the function's body; the deepest place is noted. */
  readonly level: number
  readonly deepest: { level: number }
  /** Within a list or object, whose parts the interpreter evaluates side by side: nothing may be bound there. */
  readonly beside?: boolean
}

/** A name of its own. `text` is what it is called in the expression; the number keeps it from all other names. */
export const fresh = (unit: Unit, prefix: string, text?: string): string =>
  text === undefined ? `${prefix}${++unit.count}` : `${prefix}${word(text)}_${++unit.count}`

export function use(unit: Unit, name: string): string {
  unit.uses.add(name)
  return name
}

/** A constant of the module, once for each source. */
export function declare(unit: Unit, prefix: string, source: string, text?: string): string {
  const known = unit.declared.get(source)
  if (known !== undefined) return known
  const name = fresh(unit, prefix, text)
  unit.declared.set(source, name)
  return name
}

export const within = (place: EmitSite, changes: Partial<EmitSite>): EmitSite => ({ ...place, ...changes })

/** The place of something evaluated against one item. */
export const inItem = (place: EmitSite, name: string): EmitSite =>
  within(place, { context: { list: name, item: name, top: false } })

export const indent = (source: string): string => source.replaceAll('\n', '\n  ')

/** A function of one item. An object literal as its body needs brackets. */
export const arrow = (parameters: string, body: string): string =>
  `(${parameters}) => ${body.startsWith('{') ? `(${body})` : body}`
