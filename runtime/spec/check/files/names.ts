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

/** `own`: written in the file itself. `all`: with those of its property sets. `node` is the root of the file. */
export function checkPropertyNames(own: Properties = {}, all: readonly Property[], node: SpecNode): void {
  const known = new Map<string, string>()
  for (const { name } of all) {
    const other = known.get(normalizeName(name))
    known.set(normalizeName(name), name)
    if (other === undefined) continue
    const written = [name, other].find((each) => own[each])
    const place = written === undefined ? node.at('include') : node.at('properties', written)
    const message = `"${other}" and "${name}" differ in case or blanks alone, and are two properties`
    const both = own[name] && own[other]
    const help = both ? 'keep one of the two' : 'write both alike: then the own property replaces that of the set'
    place.warn({ code: 'spec/property-name', message, help }, written === undefined ? place.span : place.keySpan)
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
