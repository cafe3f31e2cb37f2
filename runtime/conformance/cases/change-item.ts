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

/** A changed copy, or the item itself if nothing changes. Reports each path that leads nowhere, and leaves it out. */
export function changeItem(item: Json, change: ItemChange, report: (problem: PathProblem) => void): Json {
  const { set = {}, remove = [] } = change
  const settings = Object.entries(set)
  if (settings.length + remove.length === 0) return item
  const copy: Json = structuredClone(item)
  for (const [path, value] of settings) {
    const place = findPlace(copy, path)
    if ('message' in place) report({ of: 'set', path, ...place })
    else setMember(place, structuredClone(value) as Json)
  }
  for (const path of remove) {
    const place = findPlace(copy, path)
    if ('message' in place) report({ of: 'remove', path, ...place })
    else removeMember(place)
  }
  return copy
}

type Holder = Record<string, Json> | Json[]

interface Place {
  readonly holder: Holder
  readonly name: string
}

/** The steps of a path, without quotes. */
export const parsePath = (path: string): readonly string[] =>
  (path.match(/"[^"]*"|[^."]+/g) ?? []).map((step) => step.replaceAll('"', ''))

function findPlace(item: Json, path: string): Place | Pick<PathProblem, 'message' | 'help'> {
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
  return { holder, name }
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

const memberOf = (holder: Holder, step: string): Json | undefined =>
  Array.isArray(holder) ? (isIndex(step) ? holder[Number(step)] : undefined) : ownMember(holder, step)

const ownMember = (holder: Readonly<Record<string, Json>>, name: string): Json | undefined =>
  Object.hasOwn(holder, name) ? holder[name] : undefined

function setMember({ holder, name }: Place, value: Json): void {
  if (Array.isArray(holder)) holder[Number(name)] = value
  else Object.defineProperty(holder, name, { value, enumerable: true, configurable: true, writable: true })
}

/** The later elements of a list move up. */
function removeMember({ holder, name }: Place): void {
  if (Array.isArray(holder)) holder.splice(Number(name), 1)
  else delete holder[name]
}
