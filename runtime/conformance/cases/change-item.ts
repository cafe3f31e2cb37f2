/** Sets and removes values of an item by their paths. */
import { suggest } from '../../expression/did-you-mean.ts'
import type { Json } from '../../ports/types.ts'

export interface ItemChange {
  /** By path: `ratings.0.remark`; quotes surround a name with a dot. */
  readonly set?: Readonly<Record<string, unknown>>
  readonly remove?: readonly string[]
}

/** A path whose parent the item does not have. */
export interface PathProblem {
  readonly of: 'set' | 'remove'
  readonly path: string
  readonly message: string
  readonly help: string
}

/** The changed item, which shares what has not changed. Reports each path that leads nowhere, and leaves it out. */
export function changeItem(item: Json, change: ItemChange, report: (problem: PathProblem) => void): Json {
  let current = item
  for (const [path, value] of Object.entries(change.set ?? {})) {
    const problem = findProblem(current, path)
    if (problem) report({ of: 'set', path, ...problem })
    else current = changeAt(current, parsePath(path), (holder, name) => withMember(holder, name, value as Json))
  }
  for (const path of change.remove ?? []) {
    const problem = findProblem(current, path)
    if (problem) report({ of: 'remove', path, ...problem })
    else current = changeAt(current, parsePath(path), withoutMember)
  }
  return current
}

type Holder = Readonly<Record<string, Json>> | readonly Json[]

/** The steps of a path, without quotes. */
export const parsePath = (path: string): readonly string[] =>
  (path.match(/"[^"]*"|[^."]+/g) ?? []).map((step) => step.replaceAll('"', ''))

function findProblem(item: Json, path: string): Pick<PathProblem, 'message' | 'help'> | undefined {
  const steps = parsePath(path)
  const name = steps.at(-1)
  if (name === undefined) return { message: 'the path is empty', help: 'write the names of members, with dots between' }
  let holder: Json | undefined = item
  for (const [index, step] of steps.slice(0, -1).entries()) {
    const next: Json | undefined = isHolder(holder) ? memberOf(holder, step) : undefined
    if (!isHolder(next)) return describeMissing(steps.slice(0, index + 1), holder, next)
    holder = next
  }
  if (!isHolder(holder)) return { message: 'the item is no object', help: 'give an object as the item' }
  if (Array.isArray(holder) && !(isIndex(name) && Number(name) <= holder.length)) {
    const message = `${describePath(steps.slice(0, -1))} is a list of ${holder.length}, and has no place "${name}"`
    return { message, help: 'a number is the index of an element; the first is 0' }
  }
  return undefined
}

function describeMissing(steps: readonly string[], holder: Json | undefined, found: Json | undefined) {
  const path = describePath(steps)
  if (found !== undefined) {
    const kind = found === null ? 'null' : 'no object'
    return { message: `${path} is ${kind}, so nothing can be set within it`, help: `set ${path} as a whole` }
  }
  const known = isHolder(holder) && !Array.isArray(holder) ? Object.keys(holder) : []
  const nearest = suggest(steps.at(-1) ?? '', known)
  const whole = `set ${path} as a whole`
  const help =
    nearest === '' ? whole : nearest.endsWith('?') ? `${nearest} Otherwise ${whole}` : `${nearest}; or ${whole}`
  return { message: `the item has no "${path}"`, help }
}

const describePath = (steps: readonly string[]): string => steps.join('.')

const isHolder = (value: Json | undefined): value is Holder => typeof value === 'object' && value !== null

const isIndex = (step: string): boolean => /^\d+$/.test(step)

function memberOf(holder: Holder, step: string): Json | undefined {
  if (isList(holder)) return isIndex(step) ? holder[Number(step)] : undefined
  return Object.hasOwn(holder, step) ? holder[step] : undefined
}

const isList = (holder: Holder): holder is readonly Json[] => Array.isArray(holder)

/** A copy of the way to the holder of the last step. */
function changeAt(
  value: Json,
  [name = '', ...rest]: readonly string[],
  change: (holder: Holder, name: string) => Json,
): Json {
  const holder = value as Holder
  return rest.length === 0
    ? change(holder, name)
    : withMember(holder, name, changeAt(memberOf(holder, name) ?? null, rest, change))
}

function withMember(holder: Holder, name: string, value: Json): Json {
  // A spread defines the member, also one of the name __proto__.
  return Array.isArray(holder) ? Object.assign([...holder], { [name]: value }) : { ...holder, [name]: value }
}

/** The later elements of a list move up. */
function withoutMember(holder: Holder, name: string): Json {
  if (Array.isArray(holder)) return holder.toSpliced(Number(name), 1)
  const { [name]: _, ...others } = holder as Readonly<Record<string, Json>>
  return others
}
