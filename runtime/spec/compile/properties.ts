/** Compiles properties and skip rules, merged with those of the property sets that a file includes. */
import { basename } from 'node:path/posix'
import { describeKinds } from '../../expression/check/field-type.ts'
import type { Value } from '../../expression/check/value.ts'
import { suggest } from '../../expression/did-you-mean.ts'
import type { Expression } from '../../expression/expression.ts'
import type { Json } from '../../ports/types.ts'
import { describeCoercion, describeCondition, describeItems } from '../check/results.ts'
import { CUT_BY_COMMENT } from '../comment-cuts.ts'
import { describeStaleRemoval } from '../extends/base-changes.ts'
import { wasInBase } from '../extends/lock.ts'
import type {
  Properties,
  Property as PropertyDocument,
  PropertySet,
  Skip,
  WhenMissing,
} from '../generated/documents.ts'
import type { Missing, Property, SkipRule } from '../spec.ts'
import type { Scope, SpecNode } from './spec-node.ts'

/** A property set, compiled once for all metrics that include it. */
export interface CompiledSet {
  readonly name: string
  readonly document: PropertySet
  readonly node: SpecNode
  readonly properties: readonly Property[]
  readonly skip: readonly SkipRule[]
}

/** One for all properties, of which nearly all omit what is missing: a built spec then writes it once. */
const OMIT: Missing = { action: 'omit' }

/** A metric includes a set by the name of its file. */
export const getSetName = (path: string): string => basename(path).replace(/\.ya?ml$/, '')

export function compileSet(name: string, document: PropertySet, scope: Scope, node: SpecNode): CompiledSet {
  const properties = compileProperties(document.properties, [], scope, node.at('properties'))
  return { name, document, node, properties, skip: compileSkip(document.skip, [], scope, node.at('skip')) }
}

/** A file's own property replaces that of a set, at the set's position; `~` removes it. */
export function compileProperties(
  own: Properties | undefined,
  sets: readonly CompiledSet[],
  scope: Scope,
  node: SpecNode,
): readonly Property[] {
  const all = new Map(sets.flatMap((set) => set.properties.map((property) => [property.name, property] as const)))
  for (const [name, document] of Object.entries(own ?? {})) {
    if (document !== null) all.set(name, compileProperty(name, document, scope, node.at(name)))
    else if (!all.delete(name)) reportNothingToRemove(name, all.keys(), node.at(name))
  }
  return [...all.values()]
}

type LongProperty = Exclude<PropertyDocument, string | null>

function compileProperty(name: string, document: string | LongProperty, scope: Scope, node: SpecNode): Property {
  if (name.includes('*')) return compileSpread(name, document, scope, node)
  const place = typeof document === 'string' ? node : node.at('expr')
  const { expression: expr, result } = place.compile(scope)
  warnOfResult(result, document, place)
  if (typeof document === 'string') return { name, expr, whenMissing: OMIT }
  checkDefault(document, node)
  warnOfDefault(document, result, node)
  return {
    name,
    expr,
    ...(document.type === undefined ? {} : { type: document.type }),
    whenMissing: compileMissing(document.whenMissing),
    ...(document.doc === undefined ? {} : { doc: document.doc }),
  }
}

/** A property whose name has a `*`: each member of its object becomes a property of its own. */
function compileSpread(name: string, document: string | LongProperty, scope: Scope, node: SpecNode): Property {
  if (name.split('*').length > 2) {
    const help = 'write one *: the name of each member of the object replaces it'
    node.error({ code: 'spec/spread-name', message: `"${name}" has more than one *`, help }, node.keySpan)
  }
  const isLong = typeof document !== 'string'
  if (isLong) refuseOptions(document, node)
  const value = isLong ? node.at('expr') : node
  const { expression, result } = value.compile(scope)
  const kind = describeOther(result)
  if (kind !== undefined) {
    const message = `"${name}" spreads ${kind}, which has no members`
    value.error({ code: 'spec/spread-of-no-object', message, help: 'spread an object, such as custom_attributes' })
  }
  return {
    name,
    expr: expression,
    type: 'object',
    whenMissing: OMIT,
    isSpread: true,
    ...(isLong && document.doc !== undefined && { doc: document.doc }),
  }
}

function refuseOptions({ type, whenMissing }: LongProperty, node: SpecNode): void {
  const options = {
    type: type === 'object' ? undefined : type,
    whenMissing: whenMissing === 'omit' ? undefined : whenMissing,
  }
  for (const [option, value] of Object.entries(options)) {
    if (value === undefined) continue
    const message = `a property with * has no "${option}"`
    const help = `remove "${option}"; write a property of its own for a member that needs it: that one wins`
    node.at(option).error({ code: 'spec/spread-option', message, help }, node.at(option).keySpan)
  }
}

/** What the value surely is, if that is no object. */
function describeOther({ field, plural, shape, members }: Value): string | undefined {
  if (plural !== undefined) return 'a list'
  if (shape !== undefined || members !== undefined || !field || field.type.kinds.size === 0) return undefined
  return describeKinds(field.type.kinds)
}

function warnOfResult(result: Value, document: string | LongProperty, node: SpecNode): void {
  const type = typeof document === 'string' ? undefined : document.type
  const words = type === undefined ? describeItems(result, node.text().value) : describeCoercion(result, type)
  if (words) node.warn(words)
}

/** Checks the properties and skip rules of a set in the scope of a file that includes it, except those that it replaces. */
export function checkProperties({ document, node, ...set }: CompiledSet, { document: own, scope }: SetUse): void {
  for (const { name, expr } of set.properties) {
    const property = document.properties?.[name]
    if (property === undefined || property === null || Object.hasOwn(own.properties ?? {}, name)) continue
    const place = node.at('properties', name, ...(typeof property === 'string' ? [] : ['expr']))
    const result = place.check(expr, scope)
    warnOfResult(result, property, place)
    if (typeof property !== 'string') warnOfDefault(property, result, node.at('properties', name))
  }
  for (const { reason, when } of set.skip)
    if (!Object.hasOwn(own.skip ?? {}, reason)) node.at('skip', reason).check(when, scope)
}

interface SetUse {
  readonly document: { readonly properties?: Properties; readonly skip?: Skip }
  readonly scope: Scope
}

/** A default is sent uncoerced: with another type, the destination would receive two types under one name. */
function checkDefault({ type, whenMissing }: LongProperty, node: SpecNode): void {
  const value = typeof whenMissing === 'object' ? whenMissing.default : undefined
  if (type === undefined || value === undefined || value === null) return
  const actual = Array.isArray(value) ? 'list' : typeof value
  if (actual === type) return
  const message = `the property is a ${type}, and its default is a ${actual}`
  const help = `write a default that is a ${type}, or remove "type"`
  node.at('whenMissing', 'default').error({ code: 'spec/default-of-another-type', message, help })
}

/** `default: "0"` for a number: the destination would receive two types under one name. */
function warnOfDefault({ type, whenMissing }: LongProperty, { field, plural }: Value, node: SpecNode): void {
  const value = typeof whenMissing === 'object' ? whenMissing.default : undefined
  if (type !== undefined || typeof value !== 'string' || !field || field.isComputed || plural !== undefined) return
  const [kind, ...others] = field.type.kinds
  const isNumber = (kind === 'number' || kind === 'duration') && value.trim() !== '' && Number.isFinite(Number(value))
  const isBoolean = kind === 'boolean' && (value === 'true' || value === 'false')
  if (others.length > 0 || !(isNumber || isBoolean)) return
  const message = `${field.name} is ${describeKinds(field.type.kinds)}, and its default is text`
  const help = `write it without quotes: ${value}`
  node.at('whenMissing', 'default').warn({ code: 'spec/default-of-another-type', message, help })
}

function compileMissing(document: WhenMissing | undefined): Missing {
  if (document === undefined || typeof document === 'string') return OMIT
  if (document.skip !== undefined) return { action: 'skip', reason: document.skip }
  return { action: 'default', value: (document.default ?? null) as Json }
}

/** The file's own rules come first, then those of its sets. */
export function compileSkip(
  own: Skip | undefined,
  sets: readonly CompiledSet[],
  scope: Scope,
  node: SpecNode,
): readonly SkipRule[] {
  const fromSets = new Map(sets.flatMap((set) => set.skip.map((rule) => [rule.reason, rule] as const)))
  const rules: SkipRule[] = []
  for (const [reason, condition] of Object.entries(own ?? {})) {
    const isInherited = fromSets.delete(reason)
    if (condition !== null) rules.push({ reason, when: compileCondition(node.at(reason), scope) })
    else if (!isInherited) reportNothingToRemove(reason, fromSets.keys(), node.at(reason))
  }
  return [...rules, ...fromSets.values()]
}

/** Of `when`, and of a skip rule. */
export function compileCondition(node: SpecNode, scope: Scope): Expression {
  const { expression, result } = node.compile(scope)
  const words = describeCondition(result, scope.input)
  if (words) node.warn(words)
  return expression
}

function reportNothingToRemove(name: string, names: Iterable<string>, node: SpecNode): void {
  if (node.removesFromBase) return
  if (wasInBase(node.context.lock, node.path.slice(-2))) {
    node.warn(describeStaleRemoval(name), node.keySpan)
    return
  }
  const message = `"${name}" has no expression, and no property set included here defines it`
  const { file, span } = node.keySpan
  const [colon] = /^["']?\s*:\s+(?=#)/.exec(file.text.slice(span[1])) ?? []
  if (colon === undefined)
    node.error({ code: 'spec/nothing-to-remove', message, help: suggest(name, names) }, node.keySpan)
  else {
    const hash = span[1] + colon.length
    node.error(CUT_BY_COMMENT, { file, span: [hash, hash + 1] })
  }
}
