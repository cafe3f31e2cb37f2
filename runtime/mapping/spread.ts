/** Makes each member of an object a property of its own: destinations select people by flat properties, not by nested ones. */
import { isObject } from '../lib/json.ts'
import type { FieldChange, Json, JsonObject } from '../ports/types.ts'
import type { Property } from '../spec/spec.ts'

/** Characters of a name. */
const MAX_NAME = 255

export interface SpreadOptions {
  /** Names that no member takes: those of properties written one by one, even where such a property is omitted. */
  readonly ownNames: readonly string[]
  /** A name loses it: the destination gives names that begin so a meaning. */
  readonly reservedPrefix?: string | undefined
  /** Where the properties are in a message, e.g. `profile.properties`. */
  readonly path: string
}

/** Objects by the names of their properties, such as `Plan *`. What is left out is added to `omissions`. */
export type SpreadObjects = (objects: JsonObject, omissions: FieldChange[]) => JsonObject

/** In the order of the spreads, then of the members' names, so that a limit always cuts off the same ones. */
export function createSpread(spreads: readonly Property[], options: SpreadOptions): SpreadObjects {
  const own = new Set(options.ownNames.map((name) => name.toLowerCase()))
  return (objects, omissions) => {
    const target: Target = { properties: {}, names: new Set(), own, omissions, options }
    for (const { name } of spreads) {
      const object = objects[name]
      const [before = '', after = ''] = name.split('*')
      if (isObject(object)) addMembers(object, { before, after }, target)
    }
    return target.properties
  }
}

interface Target {
  readonly properties: Record<string, Json>
  /** Names of `properties` in lower case. */
  readonly names: Set<string>
  readonly own: ReadonlySet<string>
  readonly omissions: FieldChange[]
  readonly options: SpreadOptions
}

interface Affixes {
  readonly before: string
  readonly after: string
  /** The members are those of a member. */
  readonly isInner?: true
}

/** An object among the members is flattened, one level deep: `Plan Address City`. */
function addMembers(members: JsonObject, { before, after, isInner }: Affixes, target: Target): void {
  for (const member of Object.keys(members).sort()) {
    const value = members[member]
    if (value === undefined || value === null || value === '') continue
    if (isObject(value) && !isInner) addMembers(value, { before: `${before}${member} `, after, isInner: true }, target)
    else addProperty(before + member + after, value, target)
  }
}

function addProperty(given: string, value: Json, { properties, names, own, omissions, options }: Target): void {
  const name = cleanName(given, options.reservedPrefix)
  const folded = name.toLowerCase()
  if (own.has(folded)) return
  const reason = findReason(name, value, names.has(folded))
  if (reason !== undefined) {
    omissions.push({ field: `${options.path}.${name.slice(0, 60)}`, action: 'omitted', reason })
    return
  }
  names.add(folded)
  // An assignment to "__proto__" would set the prototype.
  Object.defineProperty(properties, name, { value, enumerable: true, writable: true, configurable: true })
}

function findReason(name: string, value: Json, isTaken: boolean): string | undefined {
  if (name === '') return 'its name is empty'
  if (name.length > MAX_NAME) return `its name has ${name.length} characters, over ${MAX_NAME}`
  if (isTaken) return 'another property has this name'
  const isNested = Array.isArray(value) ? value.some((item) => typeof item === 'object') : isObject(value)
  return isNested ? 'nested too deeply for a property' : undefined
}

/** Without control characters, superfluous spaces and the reserved prefix. */
function cleanName(given: string, prefix: string | undefined): string {
  let name = given.replace(/[\s\p{Cc}]+/gu, ' ').trim()
  while (prefix && name.startsWith(prefix)) name = name.slice(prefix.length).trim()
  return name
}
