/** Declarative rules for request bodies, and the search for all violations in one. */
import { isObject } from '../../../runtime/lib/json.ts'
import type { Json, JsonObject } from '../../../runtime/ports/types.ts'

export type JsonKind = 'string' | 'number' | 'boolean' | 'object' | 'array' | 'null'

/** The context of a check. */
export interface CheckContext {
  /** The request's `revision` header. */
  readonly revision: string
  /** Milliseconds since 1970. */
  readonly now: number
}

/** An invalid value, or an invalid part of it: `at` is the pointer from the value. */
export interface Violation {
  readonly detail: string
  readonly at?: string
}

export type ValueCheck = (value: Json, context: CheckContext) => readonly Violation[]

export type Fields = Readonly<Record<string, FieldRule>>

export interface FieldRule {
  readonly kinds: readonly JsonKind[]
  readonly required?: boolean
  /** The first revision that knows the field; before it, it is unknown. */
  readonly since?: string
  /** The message for a wrong kind, where the API has its own. */
  readonly otherwise?: string
  /** Of an object with fixed field names: any other is rejected. */
  readonly fields?: Fields
  /** The resource's name in messages. */
  readonly resource?: string
  readonly items?: FieldRule
  readonly checks?: readonly ValueCheck[]
}

const NONE: readonly Violation[] = []

/** All violations of a value, each with its pointer. None: the value is valid. */
export function findViolations(rule: FieldRule, value: Json, context: CheckContext): readonly Violation[] {
  const kind = kindOf(value)
  if (!rule.kinds.includes(kind)) {
    return [{ detail: rule.otherwise ?? `Expected ${rule.kinds.join(' or ')}, got ${kind}.` }]
  }
  if (value === null) return NONE
  const own = rule.checks?.flatMap((check) => check(value, context)) ?? NONE
  const inner =
    isObject(value) && rule.fields
      ? fieldViolations(rule, rule.fields, value, context)
      : isList(value) && rule.items
        ? itemViolations(rule.items, value, context)
        : NONE
  return own.length > 0 ? [...own, ...inner] : inner
}

function fieldViolations(
  { resource = 'document' }: FieldRule,
  fields: Fields,
  value: JsonObject,
  context: CheckContext,
): readonly Violation[] {
  const missing = Object.entries(fields)
    .filter(([name, rule]) => rule.required && value[name] === undefined)
    .map(([name]) => ({
      detail: `'${name}' is a required field for the resource '${resource}'.`,
      at: pointerStep(name),
    }))
  const present = Object.entries(value).flatMap(([name, field = null]) => {
    const rule = Object.hasOwn(fields, name) ? fields[name] : undefined
    return rule && context.revision >= (rule.since ?? '')
      ? prefixPointers(name, findViolations(rule, field, context))
      : [{ detail: `'${name}' is not a valid field for the resource '${resource}'.`, at: pointerStep(name) }]
  })
  return missing.length > 0 ? [...missing, ...present] : present
}

function itemViolations(rule: FieldRule, items: readonly Json[], context: CheckContext): readonly Violation[] {
  return items.flatMap((item, index) => prefixPointers(index, findViolations(rule, item, context)))
}

/** Prefixes the pointers of a part's violations. Only here do pointers grow, so that a valid body builds none. */
export function prefixPointers(name: string | number, violations: readonly Violation[]): readonly Violation[] {
  if (violations.length === 0) return NONE
  return violations.map(({ detail, at = '' }) => ({ detail, at: pointerStep(name) + at }))
}

/** One step of a JSON pointer, escaped as RFC 6901 says. */
export function pointerStep(name: string | number): string {
  return `/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`
}

export function kindOf(value: Json): JsonKind {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return typeof value as Exclude<JsonKind, 'array' | 'null'>
}

export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value)
}
