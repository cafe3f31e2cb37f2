/** Finds the occurrences of a mapping in a resource, and identifies their events. */
import { STEP_BUDGET } from '../expression/compiler/runtime/limits.ts'
import type { Bindings, Expression } from '../expression/expression.ts'
import { parseTime } from '../lib/iso-time.ts'
import { asArray, asId } from '../lib/json.ts'
import { type MaybePromise, mapMaybe } from '../lib/maybe-promise.ts'
import { Fault } from '../ports/fault.ts'
import type { Json, JsonObject } from '../ports/types.ts'
import type { Mapping, Property } from '../spec/spec.ts'
import type { MappingPlan } from './compile-plan.ts'
import { isTruthy } from './skip-rules.ts'

/** The resource, and the variables of its expressions. */
export interface Occurrence {
  readonly item: Json
  readonly bindings: Bindings
  /** Its place among the parts that `each` gives. */
  readonly position: number
  /** Whether it is the newest of these parts: the one that a notification announces. Older ones are repeated by it. */
  readonly newest: boolean
}

/** Ten times the parts of the longest conversation. Each may become an event, held in memory with all others. */
const MAX_OCCURRENCES = 5_000

/** Throws a data fault for a mapping that finds too many occurrences in one record, alone or with those before it. */
export function checkOccurrences(count: number, { metric, each, time }: Mapping): void {
  if (count <= MAX_OCCURRENCES) return
  const limit = MAX_OCCURRENCES.toLocaleString('en')
  const message = `the record holds more than ${limit} occurrences up to ${metric}, so none of this metric is sent; select fewer with "each"`
  throw new Fault('data', 'mapping/too-many-occurrences', message, { place: (each ?? time).place })
}

/** The newest part is chosen before `when` is evaluated: a notification of another change announces none of them. */
export function findOccurrences(mapping: Mapping, item: Json, bindings: Bindings): MaybePromise<readonly Occurrence[]> {
  const { each, when } = mapping
  if (each === undefined) return filterByCondition([{ item, bindings, position: 0, newest: true }], when)
  const { workspace, notification, [STEP_BUDGET]: budget } = bindings
  return mapMaybe(each.evaluate(item, bindings), (value) => {
    const parts = asArray(value)
    checkOccurrences(parts.length, mapping)
    const toOccurrence = (part: Json, position: number): Occurrence => ({
      item,
      bindings: { workspace, notification, part, [STEP_BUDGET]: budget },
      position,
      newest: position === parts.length - 1,
    })
    return filterByCondition(parts.map(toOccurrence), when)
  })
}

/** The occurrences for which the condition holds. */
function filterByCondition(
  all: readonly Occurrence[],
  when: Expression | undefined,
  from = 0,
  found: Occurrence[] = [],
): MaybePromise<readonly Occurrence[]> {
  if (when === undefined) return all
  for (let i = from; i < all.length; i++) {
    const one = all[i] as Occurrence
    const holds = when.evaluate(one.item, one.bindings)
    if (holds instanceof Promise) {
      return holds.then((late) => {
        if (isTruthy(late)) found.push(one)
        return filterByCondition(all, when, i + 1, found)
      })
    }
    if (isTruthy(holds)) found.push(one)
  }
  return found
}

export interface OccurrenceIdentity {
  /** The idempotency key. */
  readonly key: string
  /** The time of the event, milliseconds since 1970. */
  readonly ms: number
  /** The ids of the contacts that may be its person, likeliest first. */
  readonly contacts: readonly string[]
}

/** Identifies the event of an occurrence. Throws, or rejects with, a data fault without a key or a time, and for an impossible contact. */
export function identifyOccurrence(
  { mapping, key, identity }: MappingPlan,
  item: Json,
  bindings: Bindings,
  workspace: string,
): MaybePromise<OccurrenceIdentity> {
  return mapMaybe(identity(item, bindings), (values) => ({
    key: keyOf(key, values, mapping.metric, workspace),
    ms: parseTime(values.time) ?? throwNoTime(mapping),
    contacts: idsOf(values.contact, mapping),
  }))
}

function idsOf(contact: Json | undefined, mapping: Mapping): readonly string[] {
  const ids: string[] = []
  for (const one of asArray(contact)) {
    const id = asId(one)
    if (id !== undefined) ids.push(id)
    else if (typeof one === 'string' && one !== '') throwNoId(mapping)
  }
  return ids.length < 2 ? ids : [...new Set(ids)]
}

/** Workspace first: a source's ids are unique only within one. */
function keyOf(parts: readonly Property[], values: JsonObject, metric: string, workspace: string): string {
  let key = workspace
  for (const { name, expr } of parts) {
    const part = asId(values[name]) ?? throwNoKey(expr, metric)
    key = key === '' ? part : `${key}:${part}`
  }
  return key
}

function throwNoKey({ text, place }: Expression, metric: string): never {
  const message = `part "${text}" of the key of ${metric} is missing, so the event could be counted twice`
  throw new Fault('data', 'mapping/no-key', message, { place })
}

/** The next candidate may be another person. */
function throwNoId({ metric, contact: { place } }: Mapping): never {
  const message = `the contact of ${metric} has an impossible id (half a character, or only dots), so no one can be found by it`
  throw new Fault('data', 'mapping/impossible-contact', message, { place })
}

/** Without a time the destination would record the time of receipt. */
function throwNoTime({ metric, time: { place } }: Mapping): never {
  throw new Fault('data', 'mapping/no-time', `the time of ${metric} is missing, or not a time`, { place })
}
