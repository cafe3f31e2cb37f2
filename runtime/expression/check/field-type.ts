/** The type of a field: `text`, `fixed seconds`, `number or text`, `open | closed`, `id of contact`, each with `?` if it may be absent. */

/** `seconds` and `milliseconds`: a time, since 1970. `duration`: a number of seconds. `date`: text, ISO 8601. */
export type Kind = 'text' | 'number' | 'boolean' | 'seconds' | 'milliseconds' | 'duration' | 'date'

export const KINDS: readonly Kind[] = ['text', 'number', 'boolean', 'seconds', 'milliseconds', 'duration', 'date']

export interface FieldType {
  /** Empty: any. */
  readonly kinds: ReadonlySet<Kind>
  /** All the texts that it can be. Absent: any. */
  readonly values?: readonly string[]
  /** Texts that it usually is, of which new ones may come: `comment | note | ...`. */
  readonly usual?: readonly string[]
  /** For the id of another record: the resources or lookups, one of which has it. */
  readonly idOf?: readonly string[]
  /** It never changes once it is there. */
  readonly isFixed: boolean
  readonly isOptional: boolean
}

const FIXED = /^fixed(?: |$)/

/** Returns the word that is no type, as `unknown`. */
export function parseFieldType(declared: string): FieldType | { readonly unknown: string } {
  const isFixed = FIXED.test(declared)
  const isOptional = declared.endsWith('?')
  const rest = declared.replace(FIXED, '').replace(/\?$/, '').trim()
  const own = { isFixed, isOptional }
  if (rest === '') return { ...own, kinds: new Set() }
  if (rest.includes('|')) return { ...own, kinds: new Set(['text']), ...parseValues(rest) }
  const [plain = '', ids] = rest.split(/(?:^| or )id of /)
  const kinds = plain.split(' or ').filter((word) => word !== '')
  const unknown = kinds.find((word) => !isKind(word))
  if (unknown !== undefined) return { unknown }
  const all = new Set([...kinds.filter(isKind), ...(ids === undefined ? [] : (['text'] as const))])
  return { ...own, kinds: all, ...(ids !== undefined && { idOf: ids.split(' or ').map((name) => name.trim()) }) }
}

function parseValues(declared: string): Pick<FieldType, 'values' | 'usual'> {
  const values = declared.split('|').map((value) => value.trim())
  return values.at(-1) === '...' ? { usual: values.slice(0, -1) } : { values }
}

const isKind = (word: string): word is Kind => KINDS.some((kind) => kind === word)

/** The type of JSON that a value of the kind has. */
export const jsonTypeOf = (kind: Kind): 'text' | 'number' | 'boolean' => {
  if (kind === 'date') return 'text'
  return kind === 'text' || kind === 'boolean' ? kind : 'number'
}

export function isSameType(a: FieldType, b: FieldType): boolean {
  const [first, second] = [a, b].map(
    ({ kinds, values, idOf, isOptional }) => `${[...kinds]} ${values} ${idOf} ${isOptional}`,
  )
  return first === second
}

const NAMES: Readonly<Record<Kind, string>> = {
  text: 'text',
  number: 'a number',
  boolean: 'true or false',
  seconds: 'a time in seconds',
  milliseconds: 'a time in milliseconds',
  duration: 'a number of seconds',
  date: 'a date as text',
}

/** For a sentence: `a number or text`. */
export const describeKinds = (kinds: ReadonlySet<Kind>): string => [...kinds].map((kind) => NAMES[kind]).join(' or ')

/** The type of one of two values: all that either can be. Undefined if either can be anything. */
export function uniteFieldTypes(a: FieldType, b: FieldType): FieldType | undefined {
  if (a.kinds.size === 0 || b.kinds.size === 0) return undefined
  const join = (a: readonly string[] | undefined, b: readonly string[] | undefined) =>
    a && b && [...new Set([...a, ...b])]
  const [values, idOf] = [join(a.values, b.values), join(a.idOf, b.idOf)]
  return {
    kinds: new Set([...a.kinds, ...b.kinds]),
    ...(values && { values }),
    ...(idOf && { idOf }),
    isFixed: false,
    isOptional: a.isOptional && b.isOptional,
  }
}
