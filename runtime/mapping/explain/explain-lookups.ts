/** Explains the lookups of an occurrence: their keys, and which of them were found. */
import type { Bindings, Expression } from '../../expression/expression.ts'
import { asArray, asId } from '../../lib/json.ts'
import type { Json } from '../../ports/types.ts'
import type { LookupSpec } from '../../spec/spec.ts'
import { CONTACT } from '../hydrate.ts'
import { type ExpressionReading, readExpression } from './read-expression.ts'

export interface LookupReading {
  /** The variable that it binds, without `$`. */
  readonly name: string
  /** The ids that were looked up. Empty: there was none. */
  readonly keys: readonly string[]
  readonly found: boolean
  /** There was none, and what the record itself holds of it takes its place. */
  readonly collected?: true
  /** The expression of the key. Absent: `from` has no value, and the key is not read. */
  readonly key?: ExpressionReading
  /** The lookup that the key is read from. */
  readonly from?: string
}

export interface LookupsToExplain {
  readonly lookups: readonly LookupSpec[]
  readonly item: Json
  /** With the values of all lookups that were found. */
  readonly bound: Bindings
  /** The expression of the contact's key. Absent: the record is the contact. */
  readonly contact?: { readonly expr: Expression; readonly bindings: Bindings }
  /** Whether a value was collected from the record itself. */
  readonly isCollected?: ((value: Json | undefined) => boolean) | undefined
}

export async function explainLookups({ lookups, ...from }: LookupsToExplain): Promise<readonly LookupReading[]> {
  return Promise.all(lookups.map((lookup) => explainLookup(lookup, from)))
}

async function explainLookup(
  { name, from, key: ownKey, emptyKeys }: LookupSpec,
  { item, bound, contact, isCollected }: Omit<LookupsToExplain, 'lookups'>,
): Promise<LookupReading> {
  const collected = isCollected?.(bound[name]) === true
  const found = bound[name] !== undefined && !collected
  const base = { name, found, ...(collected && { collected }), ...(from !== undefined && { from }) }
  const expr = name === CONTACT ? contact?.expr : ownKey
  const source = from === undefined ? item : bound[from]
  if (expr === undefined || source === undefined) return { ...base, keys: [] }
  const key = await readExpression(expr, source, name === CONTACT ? (contact?.bindings ?? bound) : bound)
  const keys = asArray(key.value).flatMap((one) => asId(one) ?? [])
  return { ...base, key, keys: [...new Set(keys)].filter((one) => !emptyKeys.has(one)) }
}

/** The lookups with these names, and those that their keys are read from. */
export function selectLookups(lookups: readonly LookupReading[], names: Iterable<string>): readonly LookupReading[] {
  const used = new Set(names)
  for (const { name, from } of [...lookups].reverse()) if (from !== undefined && used.has(name)) used.add(from)
  return lookups.filter(({ name }) => used.has(name))
}

/** Of those with these names: looked up by an id, and not found. */
export const findUnknown = (lookups: readonly LookupReading[], names: Iterable<string>): readonly LookupReading[] =>
  selectLookups(lookups, names).filter(({ found, keys }) => !found && keys.length > 0)
