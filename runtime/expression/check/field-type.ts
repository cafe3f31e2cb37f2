/** The declared type of a field: `text`, `fixed seconds`, `number or text`, `open | closed | snoozed`, each with `?` if it may be absent. */

/** `seconds`: a number, since 1970. `date`: text, ISO 8601. */
export type Kind = 'text' | 'number' | 'boolean' | 'seconds' | 'date'

export const KINDS: readonly Kind[] = ['text', 'number', 'boolean', 'seconds', 'date']

export interface FieldType {
  /** Empty: any. */
  readonly kinds: ReadonlySet<Kind>
  /** All the texts that it can be. Absent: any. */
  readonly values?: readonly string[]
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
  if (rest.includes('|'))
    return { ...own, kinds: new Set(['text']), values: rest.split('|').map((value) => value.trim()) }
  const words = rest.split(' or ').map((word) => word.trim())
  const unknown = words.find((word) => !isKind(word))
  return unknown === undefined ? { ...own, kinds: new Set(words.filter(isKind)) } : { unknown }
}

const isKind = (word: string): word is Kind => KINDS.some((kind) => kind === word)

/** The type of JSON that a value of the kind has. */
export const jsonTypeOf = (kind: Kind): 'text' | 'number' | 'boolean' => {
  if (kind === 'date') return 'text'
  return kind === 'seconds' ? 'number' : kind
}

export function isSameType(a: FieldType, b: FieldType): boolean {
  const [first, second] = [a, b].map(({ kinds, values = [], isOptional }) => `${[...kinds]} ${values} ${isOptional}`)
  return first === second
}

const NAMES: Readonly<Record<Kind, string>> = {
  text: 'text',
  number: 'a number',
  boolean: 'true or false',
  seconds: 'a time in seconds',
  date: 'a date as text',
}

/** For a sentence: `a number or text`. */
export const describeKinds = (kinds: ReadonlySet<Kind>): string => [...kinds].map((kind) => NAMES[kind]).join(' or ')
