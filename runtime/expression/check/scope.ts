/** The names that an expression binds, and their values. */
import { compute, unite, type Value } from './value.ts'

/** The names bound in a block, lambda or path, and in the scopes around it. */
export interface Scope {
  readonly own: Map<string, Value>
  readonly outer?: Scope
  /** Names that a function reads before its block binds them: their values are unknown yet. */
  later?: ReadonlySet<string>
}

export function lookUp(name: string, scope: Scope | undefined): Value | undefined {
  if (scope === undefined) return undefined
  if (scope.later?.has(name)) return compute([{ kind: 'untraced', name: `$${name}` }])
  return scope.own.get(name) ?? lookUp(name, scope.outer)
}

/** A name bound twice may hold either value: the binding that runs is unknown here. */
export function bind(name: string, value: Value, scope: Scope): void {
  const before = lookUp(name, scope)
  scope.own.set(name, before === undefined ? value : unite(before, value))
}
