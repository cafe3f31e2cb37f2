/** Properties and skip rules, with those of the property sets a file uses. */
import { suggest } from '../../expression/did-you-mean.ts'
import type { Json } from '../../ports/types.ts'
import type {
  Properties,
  PropertySet,
  WhenMissing as RawMissing,
  Property as RawProperty,
  Skip,
} from '../generated/documents.ts'
import type { Missing, Property, SkipRule } from '../spec.ts'
import type { Path, YamlFile } from '../yaml.ts'
import type { Context, Scope } from './context.ts'

/** A property set's file. Its rules are compiled once and shared by the metrics that use it. */
export interface CompiledSet {
  readonly name: string
  readonly yaml: YamlFile
  readonly properties: readonly Property[]
  readonly skip: readonly SkipRule[]
}

export function compileSet(
  name: string,
  document: PropertySet,
  yaml: YamlFile,
  scope: Scope,
  context: Context,
): CompiledSet {
  const properties = compileProperties(document.properties, ['properties'], [], scope, yaml, context)
  return { name, yaml, properties, skip: compileSkip(document.skip, [], scope, yaml, context) }
}

/** What the file says itself wins, in the place where a set had it; what it drops (`~`) is gone. */
export function compileProperties(
  own: Properties | undefined,
  path: Path,
  sets: readonly CompiledSet[],
  scope: Scope,
  yaml: YamlFile,
  context: Context,
): readonly Property[] {
  const all = new Map(sets.flatMap((set) => set.properties.map((property) => [property.name, property] as const)))
  for (const [name, raw] of Object.entries(own ?? {})) {
    if (raw !== null) all.set(name, compileProperty(name, raw, [...path, name], scope, yaml, context))
    else if (!all.delete(name)) nothingToDrop(name, [...path, name], all.keys(), yaml, context)
  }
  return [...all.values()]
}

function compileProperty(
  name: string,
  raw: Exclude<RawProperty, null>,
  path: Path,
  scope: Scope,
  yaml: YamlFile,
  context: Context,
): Property {
  if (typeof raw === 'string') {
    return { name, expr: context.expression(yaml, path, scope), whenMissing: { action: 'omit' } }
  }
  checkDefault(raw, path, yaml, context)
  return {
    name,
    expr: context.expression(yaml, [...path, 'expr'], scope),
    ...(raw.type === undefined ? {} : { type: raw.type }),
    whenMissing: compileMissing(raw.whenMissing),
    ...(raw.doc === undefined ? {} : { doc: raw.doc }),
  }
}

/** What is sent instead is sent as it is, and the destination would see two types under one name. */
function checkDefault(
  { type, whenMissing }: Exclude<RawProperty, string | null>,
  path: Path,
  yaml: YamlFile,
  context: Context,
) {
  const value = typeof whenMissing === 'object' ? whenMissing.default : undefined
  if (type === undefined || value === undefined || value === null) return
  const is = Array.isArray(value) ? 'list' : typeof value
  if (is === type) return
  const message = `the property is made a ${type}, and its default is a ${is}`
  const help = `give a default that is a ${type}, or leave out "type"`
  context.error(yaml, yaml.span([...path, 'whenMissing', 'default']), {
    code: 'spec/default-of-another-type',
    message,
    help,
  })
}

function compileMissing(raw: RawMissing | undefined): Missing {
  if (raw === undefined || typeof raw === 'string') return { action: 'omit' }
  if (raw.skip !== undefined) return { action: 'skip', reason: raw.skip }
  return { action: 'default', value: (raw.default ?? null) as Json }
}

/** The file's own rules are asked first, then those of its sets. */
export function compileSkip(
  own: Skip | undefined,
  sets: readonly CompiledSet[],
  scope: Scope,
  yaml: YamlFile,
  context: Context,
): readonly SkipRule[] {
  const fromSets = new Map(sets.flatMap((set) => set.skip.map((rule) => [rule.reason, rule] as const)))
  const rules: SkipRule[] = []
  for (const [reason, raw] of Object.entries(own ?? {})) {
    const known = fromSets.delete(reason)
    if (raw !== null) rules.push({ reason, when: context.expression(yaml, ['skip', reason], scope) })
    else if (!known) nothingToDrop(reason, ['skip', reason], fromSets.keys(), yaml, context)
  }
  return [...rules, ...fromSets.values()]
}

function nothingToDrop(name: string, path: Path, known: Iterable<string>, yaml: YamlFile, context: Context): void {
  const message = `"${name}" has no expression, and no property set used here has it to be dropped`
  const help = suggest(name, known)
  context.error(yaml, yaml.keySpan(path), { code: 'spec/nothing-to-remove', message, help })
}
