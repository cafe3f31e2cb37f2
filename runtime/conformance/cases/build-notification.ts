/** Builds the notification around an item: the inverse of the envelope's paths in connector.yaml. */
import type { Expression } from '../../expression/expression.ts'
import { isObject } from '../../lib/json.ts'
import type { Json, JsonObject } from '../../ports/types.ts'
import { isNothing } from '../../spec/compile/nothing.ts'
import type { Spec } from '../../spec/spec.ts'

export interface NotificationParts {
  readonly topic: string
  readonly workspace: string
  /** Milliseconds since 1970. */
  readonly now: number
  readonly item: Json
  /** Default: the same for every notification. */
  readonly id?: string
  /** Members laid over it, objects member by member. */
  readonly members?: JsonObject
}

/** The id of a notification, unless a case gives another one. */
const DEFAULT_ID = 'notif_1'

/** The parts of the envelope whose path is no plain one, such as `data.item`: no value can be put there. */
export function findComputedPaths({ webhook: { envelope } }: Pick<Spec, 'webhook'>): readonly string[] {
  return Object.entries(envelope).flatMap(([name, path]) =>
    isNothing(path) || stepsOf(path.text) !== undefined ? [] : [name],
  )
}

export function buildNotification(parts: NotificationParts, { webhook: { envelope } }: Pick<Spec, 'webhook'>): Json {
  const { topic, workspace, now, item, id = DEFAULT_ID, members = {} } = parts
  const notification: MutableObject = {}
  const put = (path: Expression | undefined, value: Json) => {
    if (path !== undefined) putAt(notification, stepsOf(path.text) ?? [], value)
  }
  put(envelope.id, id)
  put(envelope.topic, topic)
  put(envelope.workspace, workspace)
  put(envelope.time, Math.floor(now / 1000))
  put(envelope.item, item)
  return layOver(notification, members)
}

/** A notification with another item in the place of its own. Undefined if the envelope computes the item. */
export function replaceItem(notification: Json, item: Json, { webhook: { envelope } }: Pick<Spec, 'webhook'>) {
  const steps = stepsOf(envelope.item.text)
  if (steps === undefined || !isObject(notification)) return undefined
  const copy = structuredClone(notification) as MutableObject
  putAt(copy, steps, item)
  return copy as Json
}

export type MutableObject = { [name: string]: Json }

const NAME = /^(?:[\p{L}_][\p{L}\p{N}_]*|`[^`]+`)$/u

/** The members that a plain path leads through. Undefined for any other expression. */
export function stepsOf(path: string): readonly string[] | undefined {
  const steps = path.match(/`[^`]*`|[^.`]+/g) ?? []
  const isPlain = steps.length > 0 && steps.join('.') === path.trim() && steps.every((step) => NAME.test(step))
  return isPlain ? steps.map((step) => step.replaceAll('`', '')) : undefined
}

export function putAt(holder: MutableObject, [name = '', ...rest]: readonly string[], value: Json): void {
  if (rest.length === 0) {
    holder[name] = value
    return
  }
  const inner = holder[name]
  const next: MutableObject = isObject(inner) ? (inner as MutableObject) : {}
  holder[name] = next
  putAt(next, rest, value)
}

function layOver(base: Json, members: Json): Json {
  if (!isObject(base) || !isObject(members)) return members
  const laid: MutableObject = { ...(base as MutableObject) }
  for (const [name, value] of Object.entries(members)) {
    if (value === undefined) continue
    const own = laid[name]
    laid[name] = own === undefined ? value : layOver(own, value)
  }
  return laid
}
