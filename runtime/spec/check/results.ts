/** What the result of an expression cannot be used for: as a time, as a contact's id, as a property. */
import { describeKinds, type Kind } from '../../expression/check/field-type.ts'
import type { KnownShape, Shape } from '../../expression/check/shape.ts'
import type { Value } from '../../expression/check/value.ts'
import type { DiagnosticText } from '../diagnostic.ts'

/** `file`: lists the fields. */
export function describeTime({ field, shape, plural }: Value, file: string | undefined): DiagnosticText | undefined {
  const say = (message: string, help: string) => ({ code: 'spec/not-a-time', message, help })
  if (plural === 'items') return say('the time may be a list of times', 'take one: the first [0], the last [-1]')
  if (shape !== undefined) return say(`the time is all of ${shape.name}`, 'read a field that holds a time')
  const kinds = field?.type.kinds ?? new Set()
  if (field === undefined || kinds.size === 0 || [...kinds].some((kind) => TIMES.has(kind))) return undefined
  const own = `the time is ${field.name}, which is ${describeKinds(kinds)}`
  if (kinds.has('milliseconds')) return say(own, 'the time is in seconds: leave out * 1000, or divide by 1000')
  if (kinds.has('duration') || kinds.has('boolean'))
    return say(own, 'use a field that holds a time, such as created_at')
  // What a function gives may be a time.
  if (field.isComputed && field.type.values === undefined) return undefined
  const declare = file === undefined ? '' : `; if it holds one, declare it as seconds or date in ${file}`
  return say(own, `use a field that holds a time, such as created_at${declare}`)
}

const TIMES: ReadonlySet<Kind> = new Set(['seconds', 'date'])

/** The key of the lookup `contact`. A text of unknown meaning is one if it is called an id. */
export function describeContact(value: Value, use: ContactUse): DiagnosticText | undefined {
  const words = (value.elements ?? [value]).map((each) => describeCandidate(each, use.input))
  return words.find((each) => each !== undefined) ?? describeDemanded(value, use)
}

interface ContactUse {
  readonly input: KnownShape
  /** As it is written. */
  readonly text: string
  /** `each` and `when` as they are written. */
  readonly conditions: string
}

/** `$part.author.id` after `author.type = "admin"`: an id of one kind or another, of which the condition leaves the other. */
function describeDemanded({ field }: Value, { text, conditions }: ContactUse): DiagnosticText | undefined {
  const [, part, holder] = /^(\$part\.)?([\w.]+)\.id$/.exec(text.trim()) ?? []
  if (holder === undefined || /\bor\b|!=|\$not\(|\?/.test(conditions)) return undefined
  const start = part ? '(?:\\$part\\.|(?<![.\\w$]))' : '(?<![.\\w$])'
  const demanded = new RegExp(`${start}${holder.replaceAll('.', '\\.')}\\.type *= *["'](\\w+)["']`).exec(
    conditions,
  )?.[1]
  const others = field?.type.idOf?.filter((kind) => kind !== 'contact') ?? []
  if (field === undefined || demanded === undefined || !others.includes(demanded)) return undefined
  const message = `only those of type ${demanded} are left, so that ${field.name} is the id of ${demanded}, and the contact is found by its id`
  return { code: 'spec/not-a-contact', message, help: 'write the id of the contact whom the event is about' }
}

function describeCandidate({ field, shape }: Value, input: KnownShape): DiagnosticText | undefined {
  const path = input && findContactId(input)
  const usual = `write the id of a contact${path === undefined ? '' : `, such as ${path}`}`
  const say = (message: string, help = usual) => ({
    code: 'spec/not-a-contact',
    message: `${message}, and the contact is found by its id`,
    help,
  })
  if (shape !== undefined) {
    const id = shape.fields.has('id') ? 'read its id: write .id after it' : undefined
    return say(`this gives all of ${shape.name}`, id)
  }
  if (field === undefined || field.type.kinds.size === 0) return undefined
  const { idOf, kinds, values } = field.type
  if (field.isComputed && values !== undefined) return say(`this is the text ${field.name}`)
  if (idOf !== undefined)
    return idOf.includes('contact') ? undefined : say(`${field.name} is the id of ${idOf.join(' or ')}`)
  if (field.isComputed ? kinds.has('text') || kinds.has('number') : isId(field.name) && !isNoId(kinds)) return undefined
  return say(`${field.name} is ${isNoId(kinds) ? describeKinds(kinds) : 'no id'}`)
}

/** The path of the first field that holds a contact's id and no other. */
function findContactId({ fields, types, lists }: Shape, depth = 3): string | undefined {
  for (const [name, { idOf }] of types) if (idOf?.join() === 'contact') return name
  for (const [name, inner] of fields) {
    const path = inner && depth > 0 ? findContactId(inner, depth - 1) : undefined
    if (path !== undefined) return `${name}${lists.has(name) ? '[0]' : ''}.${path}`
  }
  return undefined
}

const isId = (name: string): boolean => /(^|[._])id$/i.test(name)
const isNoId = (kinds: ReadonlySet<Kind>): boolean => !kinds.has('text') && !kinds.has('number')

/** Of `when` and of a skip rule: a text that is always there is always true. An object around it may be absent. */
export function describeCondition({ field, plural }: Value, input: KnownShape): DiagnosticText | undefined {
  if (field === undefined || plural !== undefined || field.isComputed || field.type.isOptional) return undefined
  const { kinds } = field.type
  const isOfRecord = field.name.split('.').length === 2 && field.name.startsWith(`${input?.name}.`)
  if (!isOfRecord || kinds.size === 0 || ![...kinds].every((kind) => ALWAYS_TRUE.has(kind))) return undefined
  const message = `${field.name} is ${describeKinds(kinds)}, which is always true`
  return { code: 'spec/constant-condition', message, help: 'compare it with a value: … = "…"' }
}

const ALWAYS_TRUE: ReadonlySet<Kind> = new Set(['text', 'date', 'seconds', 'milliseconds'])

/** `expr`: as written. */
export function describeItems({ plural }: Value, expr: string): DiagnosticText | undefined {
  if (plural !== 'items') return undefined
  // `a.b[0]` is the first of each.
  const [, path = '…', position = '[0]'] = /^([\w.$]{1,40})(\[-?\d+\])?$/.exec(expr.trim()) ?? []
  const message = 'this gives one value or a list of them, by the record'
  const help = `write { expr: ${path}, type: list }, which is always a list, or take one of them: (${path})${position}`
  return { code: 'spec/value-or-list', message, help }
}

type PropertyType = 'string' | 'number' | 'boolean' | 'list' | 'object'

/** A value that no record can give in the type of its property: each event with it would fail. */
export function describeCoercion({ field, shape, plural }: Value, type: PropertyType): DiagnosticText | undefined {
  if (type === 'list') return undefined
  const say = (what: string, help: string) => ({
    code: 'spec/never-of-type',
    message: `the property is ${type === 'object' ? 'an' : 'a'} ${type}, and this is ${what}: each event that has it would fail`,
    help,
  })
  if (plural === 'list') return say('a list', 'write type: list, or take one of its items: [0]')
  if (plural !== undefined) return undefined
  if (shape !== undefined)
    return type === 'object' ? undefined : say(`all of ${shape.name}`, 'read one of its fields, or write type: object')
  const { kinds = new Set<Kind>(), values } = field?.type ?? {}
  if (field === undefined || kinds.size === 0) return undefined
  if (
    values?.some((text) => isOfType(text, type)) ||
    (values === undefined && [...kinds].some((kind) => mayBe(kind, type)))
  )
    return undefined
  const what = values === undefined ? describeKinds(kinds) : `one of ${values.join(', ')}`
  return say(`${field.name}, ${what}`, 'write the type that the field has, or remove "type"')
}

/** Text is converted to a number or a boolean if it is written as one. */
function mayBe(kind: Kind, type: PropertyType): boolean {
  if (type === 'string' || kind === 'text') return type !== 'object'
  return type === 'boolean' ? kind === 'boolean' : type === 'number' && kind !== 'boolean' && kind !== 'date'
}

function isOfType(text: string, type: PropertyType): boolean {
  if (type === 'number') return text.trim() !== '' && Number.isFinite(Number(text))
  return type === 'boolean' ? text === 'true' || text === 'false' : type === 'string'
}
