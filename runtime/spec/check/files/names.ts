/** Checks the names that the destination shows: those of metrics and of properties. */
import type { SpecNode } from '../../compile/spec-node.ts'
import type { Properties } from '../../generated/documents.ts'
import type { Property } from '../../spec.ts'

/** As people read it: without regard to case and to how it is spaced. */
export const normalizeName = (name: string): string => name.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim()

/** What the ledger calls a profile update. */
const PROFILE_UPDATE = 'profile'

/** `node` is the metric's name. */
export function checkMetricName(name: string, node: SpecNode): void {
  if (normalizeName(name) === PROFILE_UPDATE) {
    const message = `the name "${name}" is that of profile updates in the ledger, and both would be counted as one`
    node.error({ code: 'spec/metric-name', message, help: 'rename the metric' })
  }
  const flaw = describeFlaw(name)
  if (flaw !== undefined) {
    node.warn({ code: 'spec/metric-name', message: `the metric's name ${flaw}`, help: suggestName(name) })
  }
}

/** Of two in a file, or of one in a file and one in a set that it includes. `node` is the root of the file. */
export function checkPropertyNames(own: Properties = {}, fromSets: readonly Property[], node: SpecNode): void {
  const known = new Map(fromSets.map(({ name }) => [normalizeName(name), name]))
  for (const [name, value] of Object.entries(own)) {
    const other = known.get(normalizeName(name))
    known.set(normalizeName(name), name)
    if (value === null || other === undefined || other === name || own[other] === null) continue
    const property = node.at('properties', name)
    const message = `"${other}" and "${name}" differ in case or blanks alone, and are two properties`
    const help = own[other] ? 'keep one of the two' : 'write both alike: then the own property replaces that of the set'
    property.warn({ code: 'spec/property-name', message, help }, property.keySpan)
  }
}

/** Of a file alone. */
export function checkOwnNames(own: Properties | undefined, node: SpecNode): void {
  for (const [name, value] of Object.entries(own ?? {})) {
    const flaw = describeFlaw(name)
    if (flaw === undefined || value === null) continue
    const property = node.at(name)
    const message = `the property's name ${flaw}`
    property.warn({ code: 'spec/property-name', message, help: suggestName(name) }, property.keySpan)
  }
}

/** Keys of a metric, a profile and a property that no one calls a property. */
const KEYS: ReadonlySet<string> = new Set(['when', 'each', 'include', 'enabled', 'updatedAt', 'expr', 'whenMissing'])

/** A key that is indented too far is another property. */
export function warnOfKeysAsProperties(own: Properties | undefined, node: SpecNode): void {
  for (const [name, value] of Object.entries(own ?? {})) {
    if (!KEYS.has(name) || value === null) continue
    const property = node.at(name)
    const message = `this is a property called "${name}", not the key of that name`
    const help = 'put it in the column of the key it belongs to; if it is a property, write its name otherwise'
    property.warn({ code: 'spec/property-name', message, help }, property.keySpan)
  }
}

function describeFlaw(name: string): string | undefined {
  if (name.trim() === '') return 'is empty'
  if (name !== name.trim()) return 'begins or ends with a blank'
  return INVISIBLE.test(name) ? 'has a character that is not seen' : undefined
}

/** Control characters, soft hyphens, spaces without width. */
const INVISIBLE = /[\p{Cc}\u00AD\u200B\u2060\uFEFF]/u

const suggestName = (name: string): string => {
  const clean = name.replaceAll(new RegExp(INVISIBLE, 'gu'), ' ').trim()
  return clean === '' ? 'write the name that the destination shall show' : `write ${clean}`
}
