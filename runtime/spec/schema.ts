/** Validates a file against its published JSON Schema and describes each violation for the file's author. */
import type { DefinedError } from 'ajv'
import { nearestWords } from '../expression/did-you-mean.ts'
import type { Diagnostic, DiagnosticText } from './diagnostic.ts'
import type { Documents } from './generated/documents.ts'
import { schemas as schemaTexts } from './generated/schema-texts.ts'
import * as generatedValidators from './generated/validators.ts'
import {
  exampleHelp,
  firstSentence,
  keyHelp,
  objectHelp,
  patternHelp,
  type SchemaText,
  typeHelp,
  valueHelp,
} from './schema-help.ts'
import type { FileSpan, Path, PlacedYaml } from './yaml.ts'

interface Validator<T> {
  (value: unknown): value is T
  /** Of the last call. */
  readonly errors?: readonly DefinedError[] | null
}

/** Generated ahead: compiling the schemas took half of a start, and some hosts forbid generating code. */
const validators = generatedValidators as unknown as { readonly [K in keyof Documents]: Validator<Documents[K]> }

export type Validation<K extends keyof Documents> =
  | { readonly document: Documents[K]; readonly errors: readonly Diagnostic[] }
  | { readonly document?: never; readonly errors: readonly Diagnostic[] }

/** The document if it conforms, otherwise every violation. */
export function validateAgainstSchema<K extends keyof Documents>(kind: K, yaml: PlacedYaml): Validation<K> {
  if (yaml.errors.length > 0) return { errors: yaml.errors }
  const conforms: Validator<Documents[K]> = validators[kind]
  const { value } = yaml
  if (conforms(value)) return { document: value, errors: [] }
  const violations = (conforms.errors ?? []).map((error) => toViolation(error, kind, value))
  // An error of `propertyNames` repeats the one of the rule that the name breaks.
  const reported = violations.filter(
    (one) => one.error.keyword !== 'propertyNames' && !isMisspelled(one, violations) && !isOfObject(one, violations),
  )
  return { errors: reported.map((one) => ({ severity: 'error', ...describe(one, yaml) })) }
}

const texts = schemaTexts as Readonly<Record<keyof Documents | 'definitions', SchemaText>>

interface Violation {
  readonly error: DefinedError
  readonly path: Path
  readonly value: unknown
  readonly schema: SchemaText
}

function toViolation(error: DefinedError, kind: keyof Documents, root: unknown): Violation {
  const path = parsePointer(error.instancePath)
  const value = path.reduce((holder, step) => (holder as Record<string | number, unknown>)[step], root)
  const schema = findSchema(kind, path)
  const isOfName = error.propertyName !== undefined
  return { error, path, value, schema: isOfName ? resolve(schema.propertyNames) : schema }
}

/** The schema of the value at a path. */
export const findSchema = (kind: keyof Documents, path: Path): SchemaText =>
  path.reduce((outer, step) => schemaOfMember(outer, step), resolve(texts[kind]))

const schemaOfMember = (schema: SchemaText, step: string | number): SchemaText =>
  resolve(
    (typeof step === 'number' ? schema.items : undefined) ?? schema.properties?.[step] ?? schema.additionalProperties,
  )

/** Follows a reference to its definition, and ignores annotations beside the reference. */
function resolve(schema: SchemaText = {}): SchemaText {
  const reference = schema.$ref ?? schema.allOf?.[0]?.$ref
  const name = reference?.split('/').at(-1)
  return name === undefined ? schema : resolve(texts.definitions.definitions?.[name])
}

/** Whether a missing key, or the `extends` that would bring it, is only misspelt: the unknown key is reported instead. */
function isMisspelled({ error, schema }: Violation, violations: readonly Violation[]): boolean {
  if (error.keyword !== 'required') return false
  const keys = Object.keys(schema.properties ?? {})
  return violations.some(({ error: other }) => {
    if (other.keyword !== 'additionalProperties' || other.instancePath !== error.instancePath) return false
    const [meant] = nearestWords(other.params.additionalProperty, keys)
    return meant === error.params.missingProperty || meant === 'extends'
  })
}

/** Whether a map where an expression belongs has none of the keys that it may have: it is the object that is meant. */
function isObject({ error, value, schema }: Violation): boolean {
  if (error.keyword !== 'required' || error.params.missingProperty !== 'expr') return false
  const known = Object.keys(schema.properties ?? {})
  return Object.keys(value as object).every((key) => !known.includes(key) && nearestWords(key, known).length === 0)
}

/** An unknown key in such a map is no fault of its own. */
const isOfObject = ({ error }: Violation, violations: readonly Violation[]): boolean =>
  error.keyword === 'additionalProperties' &&
  violations.some((other) => isObject(other) && other.error.instancePath === error.instancePath)

type Description = DiagnosticText & FileSpan

function describe(violation: Violation, yaml: PlacedYaml): Description {
  const { error, path, value, schema } = violation
  switch (error.keyword) {
    case 'additionalProperties':
      return unknownKey(error.params.additionalProperty, path, schema, yaml)
    case 'required':
      if (isObject(violation)) {
        const message = `${nameOf(path)} must be ${kindOf(schema)}, and is a map without it`
        return { code: 'spec/type', message, help: objectHelp(value as object, path), ...yaml.span(path) }
      }
      return missingKey(error.params.missingProperty, path, schema, yaml)
    case 'enum': {
      const message = `${nameOf(path)} cannot be ${quote(value)}`
      const help = valueHelp(value, error.params.allowedValues.map(String))
      return { code: 'spec/value', message, help, ...yaml.span(path) }
    }
    case 'type': {
      const place = yaml.span(path)
      const written = place.file.text.slice(...place.span).trim()
      const message = `${nameOf(path)} must be ${kindOf(schema)}, and is ${kindOfValue(value)}${reading(value, written)}`
      return { code: 'spec/type', message, ...typeHelp({ value, written, schema, path }), ...place }
    }
    case 'pattern': {
      const { propertyName } = error
      const quoted = quote(propertyName ?? value)
      const message = isNoun(schema) ? `${quoted} is not ${schema.title}` : `${nameOf(path)} cannot be ${quoted}`
      const place = propertyName === undefined ? yaml.span(path) : yaml.keySpan([...path, propertyName])
      return { code: 'spec/value', message, ...patternHelp(value, schema), ...place }
    }
    case 'uniqueItems': {
      const repeated = [...path, Math.max(error.params.i, error.params.j)]
      const message = `${nameOf(path)} lists the same item twice`
      return { code: 'spec/value', message, help: 'remove one of the two', ...yaml.span(repeated) }
    }
    default:
      return { code: 'spec/value', message: describeBounds(error, path), ...exampleHelp(schema), ...yaml.span(path) }
  }
}

/** Keys that earlier versions had, and what to do about them. */
const REMOVED_KEYS: Readonly<Record<string, string>> = {
  'webhook.occurrences': 'remove it: a notification counts all its parts, each once, by its key',
}

const CREDENTIAL_HELP = 'remove it: credentials come from the environment, or from the connection made in the console'

function unknownKey(key: string, path: Path, schema: SchemaText, yaml: PlacedYaml): Description {
  const removed = REMOVED_KEYS[`${path.at(-1)}.${key}`]
  if (removed !== undefined) {
    const message = `"${key}" is no longer used${within(path)}`
    return { code: 'spec/removed-key', message, help: removed, ...yaml.keySpan([...path, key]) }
  }
  const isCredential = /(secret|token|password|api_?key)$/i.test(key)
  const known = Object.keys(schema.properties ?? {})
  const isOfMissing = known.includes('whenMissing') && ['default', 'skip'].includes(key)
  const inMissing = isOfMissing ? `write whenMissing: { ${key}: … }` : undefined
  const help = isCredential ? CREDENTIAL_HELP : (inMissing ?? keyHelp(key, known))
  const message = `unknown key "${key}"${within(path)}`
  return { code: 'spec/unknown-key', message, help, ...yaml.keySpan([...path, key]) }
}

function missingKey(key: string, path: Path, schema: SchemaText, yaml: PlacedYaml): Description {
  const description = schema.properties?.[key]?.description
  const message = `"${key}" is missing${within(path)}`
  const help = description === undefined ? {} : { help: `${key}: ${firstSentence(description)}` }
  const place = [...path, key]
  return { code: 'spec/missing-key', message, ...help, ...yaml.keySpan(yaml.removes(place) ? place : path) }
}

/** Emptiness, lengths and limits. */
function describeBounds(error: DefinedError, path: Path): string {
  const name = nameOf(path)
  switch (error.keyword) {
    case 'minLength':
    case 'minProperties':
      return `${name} is empty`
    case 'minItems':
      return `${name} needs at least ${error.params.limit} ${error.params.limit === 1 ? 'item' : 'items'}`
    case 'maxItems':
      return `${name} takes one item only`
    case 'maxProperties':
      return `${name} takes one key only`
    case 'minimum':
    case 'maximum':
    case 'exclusiveMinimum':
    case 'exclusiveMaximum':
      return `${name} must be ${error.params.comparison} ${error.params.limit}`
    default:
      return `${name} is not valid`
  }
}

const kinds: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map of keys and values',
  null: 'nothing',
}

/** `a string or a number`, `a duration`. */
export const kindOf = (schema: SchemaText): string =>
  isNoun(schema)
    ? schema.title
    : [schema.type ?? []]
        .flat()
        .map((each) => kinds[each] ?? each)
        .join(' or ')

/** Whether its title is a noun with an article. */
const isNoun = (schema: SchemaText): schema is SchemaText & { readonly title: string } =>
  /^an? /.test(schema.title ?? '')

function kindOfValue(value: unknown): string {
  if (value === null) return 'empty'
  return kinds[Array.isArray(value) ? 'array' : typeof value] ?? typeof value
}

/** YAML reads `2.10` as 2.1 and `0x1F` as 31. */
const reading = (value: unknown, written: string): string =>
  typeof value === 'number' && String(value) !== written ? `: YAML reads ${written} as ${value}` : ''

const nameOf = (path: Path): string => {
  const last = path.at(-1)
  if (last === undefined) return 'the file'
  return typeof last === 'string' ? `"${last}"` : `an item of "${path.at(-2) ?? 'the list'}"`
}

const within = (path: Path): string => (path.length === 0 ? '' : ` in ${nameOf(path)}`)

const quote = (value: unknown): string => (typeof value === 'string' ? `"${value}"` : String(value))

/** A JSON pointer's steps; list positions as numbers. */
const parsePointer = (pointer: string): Path =>
  pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((step) => (/^\d+$/.test(step) ? Number(step) : step))
