/** Removes members that are null or empty text: for an expression they are absent. */
import type { Json } from '../ports/types.ts'

/** The same value if nothing is to remove. Elements of lists stay, since their places may matter. No deeper than `MAX_JSON_DEPTH`. */
export function presentMembers<T extends Json | undefined>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  return (Array.isArray(value) ? ofList(value) : ofObject(value as MutableObject)) as T
}

interface MutableObject {
  [name: string]: Json
}

function ofList(list: readonly Json[]): readonly Json[] {
  let copy: Json[] | undefined
  for (let index = 0; index < list.length; index++) {
    const element = list[index]
    const present = presentMembers(element)
    if (present === element || present === undefined) continue
    copy ??= [...list]
    copy[index] = present
  }
  return copy ?? list
}

/** Builds a new object: `delete` would turn the old one into a slow dictionary. */
function ofObject(object: MutableObject): MutableObject {
  let copy: MutableObject | undefined
  for (const name in object) {
    const member = object[name] as Json
    const present = isNothing(member) ? undefined : presentMembers(member)
    if (present === member) {
      if (copy !== undefined) setMember(copy, name, member)
      continue
    }
    copy ??= membersBefore(name, object)
    if (present !== undefined) setMember(copy, name, present)
  }
  return copy ?? object
}

const isNothing = (value: Json) => value === null || value === ''

function membersBefore(end: string, object: MutableObject): MutableObject {
  const copy: MutableObject = {}
  for (const name in object) {
    if (name === end) break
    setMember(copy, name, object[name] as Json)
  }
  return copy
}

/** JSON may have a member `__proto__`, which an assignment would take for the prototype. */
function setMember(object: MutableObject, name: string, value: Json): void {
  if (name === '__proto__')
    Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true })
  else object[name] = value
}
