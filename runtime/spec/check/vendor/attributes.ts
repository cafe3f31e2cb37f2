/** Checks what the profile's attributes give: the destination takes one text or number of each, and no list or object. */
import { describeKinds, jsonTypeOf } from '../../../expression/check/field-type.ts'
import type { Value } from '../../../expression/check/value.ts'
import type { Expression } from '../../../expression/expression.ts'
import { isProblem } from '../../../expression/parse.ts'
import { createMappingScope } from '../../compile/mapping.ts'
import type { SpecNode } from '../../compile/spec-node.ts'
import type { DiagnosticText } from '../../diagnostic.ts'
import type { SpecDocument } from '../../read.ts'
import type { LookupSpec, ProfileMapping } from '../../spec.ts'

export interface AttributesInput {
  readonly profile: ProfileMapping
  readonly lookups: ReadonlyMap<string, LookupSpec>
  /** Attributes that are numbers, also as texts. */
  readonly numbers: readonly string[]
}

export function checkAttributeValues(
  { document, node }: SpecDocument<'profile'>,
  { profile, lookups, numbers }: AttributesInput,
): void {
  const scope = {
    ...createMappingScope(lookups, false),
    input: node.context.fields.shapes.get(profile.resource),
  }
  for (const { name, expr, type } of profile.attributes) {
    const place = node.at('attributes', name, ...(typeof document.attributes[name] === 'string' ? [] : ['expr']))
    const takes = numbers.includes(name) ? 'number' : 'text'
    const flaw = type === undefined ? describeFlaw(place.check(expr, scope), takes) : describeType(type, takes)
    if (flaw !== undefined) place.warn(describe(name, takes, flaw))
    else if (profile.identifiers.includes(name) && isText(expr, place)) place.warn(describeSharedIdentifier(name))
  }
}

function isText({ text }: Expression, { context }: SpecNode): boolean {
  const parsed = context.parse(text)
  return !isProblem(parsed) && parsed.root.type === 'string'
}

const describeSharedIdentifier = (name: string): DiagnosticText => ({
  code: 'spec/shared-identifier',
  message: `"${name}" is the same for every contact, so all would be one person`,
  help: 'read it from the contact',
})

type Takes = 'number' | 'text'
type Flaw = Pick<Required<DiagnosticText>, 'message' | 'help'>

const describe = (name: string, takes: Takes, { message, help }: Flaw): DiagnosticText => ({
  code: 'spec/attribute-value',
  message: `"${name}" takes ${takes === 'text' ? 'text' : 'a number'}, and ${message}: the destination would reject the profile`,
  help,
})

const ONE_TEXT = 'write an expression that gives one text, such as $join(…, ", "), or use a property'

function describeType(type: string, takes: Takes): Flaw | undefined {
  if (type === 'string' || (type === 'number' && takes === 'number')) return undefined
  return { message: `its type is ${type}`, help: takes === 'text' ? 'write type: string' : 'write type: number' }
}

function describeFlaw({ plural, shape, members, field }: Value, takes: Takes): Flaw | undefined {
  if (plural === 'list') return { message: 'this gives a list', help: ONE_TEXT }
  if (shape !== undefined || members !== undefined) {
    return { message: `this gives ${shape === undefined ? 'an object' : `all of ${shape.name}`}`, help: ONE_TEXT }
  }
  if (field === undefined || field.type.kinds.size === 0) return undefined
  const { kinds, values } = field.type
  if (takes === 'number') {
    const isNoNumber = values?.every((value) => Number.isNaN(Number(value)))
    if ([...kinds].every((kind) => kind === 'boolean' || kind === 'date'))
      return { message: `this gives ${describeKinds(kinds)}`, help: 'use a field that holds a number' }
    return isNoNumber ? { message: `this gives "${values?.[0]}"`, help: 'use a field that holds a number' } : undefined
  }
  if ([...kinds].some((kind) => jsonTypeOf(kind) === 'text')) return undefined
  return { message: `this gives ${describeKinds(kinds)}`, help: 'write $string(…) around it' }
}
