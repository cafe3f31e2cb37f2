/** A small language of rules for request bodies, and the walk that finds every fault in one. */
import { isObject } from '../../runtime/lib/json.ts'
import type { Json, JsonObject } from '../../runtime/ports/types.ts'

export type Kind = 'string' | 'number' | 'boolean' | 'object' | 'array' | 'null'

/** What a check may look at besides the value. */
export interface Circumstances {
  /** The request's `revision` header. */
  readonly revision: string
  /** Milliseconds since 1970. */
  readonly now: number
}

/** A complaint about a value, or about something inside it: `at` is the pointer from there. */
export interface Complaint {
  readonly detail: string
  readonly at?: string
}

export type Check = (value: Json, circumstances: Circumstances) => readonly Complaint[]

export type Fields = Readonly<Record<string, Rule>>

export interface Rule {
  readonly kinds: readonly Kind[]
  readonly required?: boolean
  /** The first revision that knows the field; before it, it is unknown. */
  readonly since?: string
  /** What to say of a wrong kind, where the API has words of its own. */
  readonly otherwise?: string
  /** Set on an object whose field names are fixed: anything else is refused. */
  readonly fields?: Fields
  /** Whose fields they are, for messages. */
  readonly resource?: string
  readonly items?: Rule
  readonly checks?: readonly Check[]
}

const NONE: readonly Complaint[] = []

/** Every fault of a value, with its exact place. None = the value is accepted. */
export function faults(rule: Rule, value: Json, circumstances: Circumstances): readonly Complaint[] {
  const kind = kindOf(value)
  if (!rule.kinds.includes(kind)) {
    return [{ detail: rule.otherwise ?? `Expected ${rule.kinds.join(' or ')}, got ${kind}.` }]
  }
  if (value === null) return NONE
  const own = rule.checks?.flatMap((check) => check(value, circumstances)) ?? NONE
  const inner =
    isObject(value) && rule.fields
      ? faultsOfFields(rule, rule.fields, value, circumstances)
      : isList(value) && rule.items
        ? faultsOfItems(rule.items, value, circumstances)
        : NONE
  return own.length > 0 ? [...own, ...inner] : inner
}

function faultsOfFields(
  { resource = 'document' }: Rule,
  fields: Fields,
  value: JsonObject,
  circumstances: Circumstances,
): readonly Complaint[] {
  const missing = Object.entries(fields)
    .filter(([name, rule]) => rule.required && value[name] === undefined)
    .map(([name]) => ({ detail: `'${name}' is a required field for the resource '${resource}'.`, at: step(name) }))
  const present = Object.entries(value).flatMap(([name, field = null]) => {
    const rule = Object.hasOwn(fields, name) ? fields[name] : undefined
    return rule && circumstances.revision >= (rule.since ?? '')
      ? below(name, faults(rule, field, circumstances))
      : [{ detail: `'${name}' is not a valid field for the resource '${resource}'.`, at: step(name) }]
  })
  return missing.length > 0 ? [...missing, ...present] : present
}

function faultsOfItems(rule: Rule, items: readonly Json[], circumstances: Circumstances): readonly Complaint[] {
  return items.flatMap((item, index) => below(index, faults(rule, item, circumstances)))
}

/** The complaints about a part, told from the whole. Pointers grow only here, so that a good body costs none. */
export function below(name: string | number, complaints: readonly Complaint[]): readonly Complaint[] {
  if (complaints.length === 0) return NONE
  return complaints.map(({ detail, at = '' }) => ({ detail, at: step(name) + at }))
}

/** One step of a JSON pointer, escaped as RFC 6901 says. */
export function step(name: string | number): string {
  return `/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`
}

export function kindOf(value: Json): Kind {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return typeof value as Exclude<Kind, 'array' | 'null'>
}

export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value)
}
