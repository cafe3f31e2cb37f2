/** Says what to write in place of a value that the schema does not allow. */
import { suggest } from '../expression/did-you-mean.ts'
import type { Path } from './yaml.ts'

/** The parts of a schema that diagnostics quote, and that say how to merge. */
export interface SchemaText {
  /** Completes "must be": `a duration`. */
  readonly title?: string
  readonly type?: string | readonly string[]
  readonly pattern?: string
  readonly description?: string
  readonly examples?: readonly unknown[]
  readonly properties?: Readonly<Record<string, SchemaText>>
  readonly additionalProperties?: SchemaText
  readonly maxProperties?: number
  readonly propertyNames?: SchemaText
  readonly items?: SchemaText
  readonly $ref?: string
  readonly allOf?: readonly SchemaText[]
  readonly definitions?: Readonly<Record<string, SchemaText>>
}

interface Wrong {
  readonly value: unknown
  /** As it stands in the file. */
  readonly written: string
  readonly schema: SchemaText
  readonly path: Path
}

export function typeHelp({ value, written, schema, path }: Wrong): { help?: string } {
  const isExpression = /expression/.test(schema.title ?? '')
  if (Array.isArray(value) && isExpression) return { help: listHelp(value, path) }
  const isPlain = typeof value === 'number' || typeof value === 'boolean'
  if (isPlain && [schema.type].flat().includes('string')) {
    // An expression has numbers of its own form.
    const text = isExpression ? String(value) : written
    const fitsQuoted = new RegExp(schema.pattern ?? '').test(text)
    return fitsQuoted ? { help: `put it in quotes: "${text}"` } : formHelp(schema)
  }
  const isItem = typeof value === 'string' && schema.type === 'array' && schema.title === undefined
  if (isItem && /^[^\n,[\]{}#]+$/.test(written)) return { help: `write a list: [${written}]` }
  return exampleHelp(schema)
}

/** Keys of a metric that people indent by mistake. */
const KEYS_OF_METRICS: ReadonlySet<unknown> = new Set(['include', 'key', 'from', 'skip'])

function listHelp(value: readonly unknown[], path: Path): string {
  const name = path.at(-1)
  if (path.at(-2) === 'properties' && KEYS_OF_METRICS.has(name))
    return `if it is the ${name} of the metric, indent it less`
  const conditions = value.filter((each) => typeof each === 'string')
  if (name === 'when' && conditions.length > 1)
    return `write one condition, with and (or or) between: ${conditions.join(' and ')}`
  return `put an expression that makes a list in quotes: '["a", "b"]'`
}

/** What people call the expression of a property. */
const OTHER_NAMES = ['value', 'path', 'field', 'from', 'source']

/** Of a map where an expression belongs. */
export function objectHelp(value: object, path: Path): string {
  const own = OTHER_NAMES.find((name) => Object.hasOwn(value, name))
  if (own !== undefined) return `write expr in place of ${own}`
  const [inner] = Object.keys(value)
  if (path.at(-2) === 'attributes') return `write a line for each: ${path.at(-1)}.${inner}: …`
  return `put an expression that makes an object in quotes: '{ "name": $contact.name }'`
}

/** What YAML, JSON Schema and databases call the types of a property. */
const TYPES: Readonly<Record<string, string>> = {
  integer: 'number',
  int: 'number',
  float: 'number',
  decimal: 'number',
  array: 'list',
  text: 'string',
  str: 'string',
  bool: 'boolean',
  map: 'object',
  json: 'object',
  date: 'string',
  datetime: 'string',
  timestamp: 'string',
}

/** What people call a key, and what to write. */
const OTHER_KEYS: Readonly<Record<string, readonly [key: string, help: string]>> = {
  disabled: ['enabled', 'write enabled: false'],
  filter: ['when', 'write when'],
  if: ['when', 'write when'],
  condition: ['when', 'write when'],
  on: ['from', 'write from: { webhook: { topics: […] } }'],
  topics: ['from', 'write from: { webhook: { topics: […] } }'],
  trigger: ['from', 'write from: { webhook: { topics: […] } }'],
  history: ['stream', 'write stream'],
  backfill: ['stream', 'write stream'],
  name: ['metric', 'write metric'],
}

/** Of a key that is none of those known. */
export function keyHelp(key: string, known: readonly string[]): string {
  const [other, help] = (Object.hasOwn(OTHER_KEYS, key) ? OTHER_KEYS[key] : undefined) ?? []
  return help !== undefined && other !== undefined && known.includes(other) ? help : suggest(key, known)
}

const DURATION_IN_WORDS = /^(\d+(?:\.\d+)?) ?(second|sec|minute|min|hour|day)s?$/i

/** Of a value that does not have the form. */
export function patternHelp(value: unknown, schema: SchemaText): { help?: string } {
  const [, amount, unit = ''] = (typeof value === 'string' && DURATION_IN_WORDS.exec(value)) || []
  const short = `${amount}${unit.charAt(0).toLowerCase()}`
  const isDuration = amount !== undefined && new RegExp(schema.pattern ?? '^$').test(short)
  return isDuration ? { help: `write ${short}` } : formHelp(schema)
}

/** Of a value that is none of those allowed. */
export function valueHelp(value: unknown, allowed: readonly string[]): string {
  const type = TYPES[String(value).toLowerCase()]
  if (type === undefined || !allowed.includes(type)) return suggest(String(value), allowed)
  const isTime = /^(date|time)/i.test(String(value))
  return isTime ? `write ${type}: a time is sent as a text, in ISO 8601` : `write ${type}`
}

export function exampleHelp({ examples = [] }: SchemaText): { help?: string } {
  const [example] = examples
  if (example === undefined || example === null) return {}
  return { help: `for example: ${typeof example === 'string' ? example : JSON.stringify(example)}` }
}

/** The expected form of a value, and an example. */
export function formHelp(schema: SchemaText): { help?: string } {
  const { help } = exampleHelp(schema)
  const parts = [schema.description && firstSentence(schema.description), help].filter((each) => each !== undefined)
  return parts.length === 0 ? {} : { help: parts.join('; ') }
}

/** Without its full stop. */
export const firstSentence = (text: string): string => (/^.*?(?=\.(\s|$))/.exec(text)?.[0] ?? text).replace(/\.$/, '')
