/** What a JSON Schema validator says, in words for the person who wrote the file. */
import type { DefinedError } from 'ajv'
import { nearestWords, suggest } from '../expression/did-you-mean.ts'
import type { Diagnostic } from './diagnostic.ts'
import type { Path, Span, YamlFile } from './yaml.ts'

/** What we read of the schema a value broke. */
interface SchemaPart {
  /** What it is, after "must be": `a duration`. */
  readonly title?: string
  readonly type?: string | readonly string[]
  readonly pattern?: string
  readonly description?: string
  readonly examples?: readonly unknown[]
  readonly properties?: Readonly<Record<string, SchemaPart>>
}

interface Words {
  readonly code: string
  readonly message: string
  readonly help?: string
  readonly span: Span
}

export function schemaDiagnostics(errors: readonly DefinedError[], yaml: YamlFile): readonly Diagnostic[] {
  // `propertyNames` only says that a name broke another rule, which says so itself.
  const telling = errors.filter((error) => error.keyword !== 'propertyNames' && !isMisspelled(error, errors))
  return telling.map((error) => ({ severity: 'error', file: yaml.file, ...words(error, yaml) }))
}

/** A key that is missing because it is misspelt: the unknown key says so. */
function isMisspelled(error: DefinedError, errors: readonly DefinedError[]): boolean {
  if (error.keyword !== 'required') return false
  const keys = Object.keys((error.parentSchema as SchemaPart).properties ?? {})
  return errors.some(
    (other) =>
      other.keyword === 'additionalProperties' &&
      other.instancePath === error.instancePath &&
      nearestWords(other.params.additionalProperty, keys)[0] === error.params.missingProperty,
  )
}

function words(error: DefinedError, yaml: YamlFile): Words {
  const path = pathOf(error.instancePath)
  const schema = error.parentSchema as SchemaPart
  switch (error.keyword) {
    case 'additionalProperties':
      return unknownKey(error.params.additionalProperty, path, schema, yaml)
    case 'required':
      return missingKey(error.params.missingProperty, path, schema, yaml)
    case 'enum': {
      const message = `${nameOf(path)} cannot be ${shown(error.data)}`
      const help = suggest(String(error.data), error.params.allowedValues.map(String))
      return { code: 'spec/value', message, help, span: yaml.span(path) }
    }
    case 'type': {
      const message = `${nameOf(path)} must be ${kindOf(schema)}, and is ${kindOfValue(error.data)}`
      return { code: 'spec/type', message, ...typeHelp(error.data, schema), span: yaml.span(path) }
    }
    case 'pattern': {
      const { propertyName } = error
      const value = shown(propertyName ?? error.data)
      const message = isNamed(schema) ? `${value} is not ${schema.title}` : `${nameOf(path)} cannot be ${value}`
      const span = propertyName === undefined ? yaml.span(path) : yaml.keySpan([...path, propertyName])
      return { code: 'spec/value', message, ...formHelp(schema), span }
    }
    case 'uniqueItems': {
      const again = [...path, Math.max(error.params.i, error.params.j)]
      return { code: 'spec/value', message: `${nameOf(path)} names the same thing twice`, span: yaml.span(again) }
    }
    default:
      return { code: 'spec/value', message: bounds(error, path), ...exampleHelp(schema), span: yaml.span(path) }
  }
}

function unknownKey(key: string, path: Path, schema: SchemaPart, yaml: YamlFile): Words {
  const help = suggest(key, Object.keys(schema.properties ?? {}))
  const message = `unknown key "${key}"${within(path)}`
  return { code: 'spec/unknown-key', message, help, span: yaml.keySpan([...path, key]) }
}

function missingKey(key: string, path: Path, schema: SchemaPart, yaml: YamlFile): Words {
  const description = schema.properties?.[key]?.description
  const message = `"${key}" is missing${within(path)}`
  const help = description === undefined ? {} : { help: `${key}: ${firstSentence(description)}` }
  return { code: 'spec/missing-key', message, ...help, span: yaml.keySpan(path) }
}

/** Emptiness, lengths and limits. */
function bounds(error: DefinedError, path: Path): string {
  const name = nameOf(path)
  switch (error.keyword) {
    case 'minLength':
      return `${name} is empty`
    case 'minItems':
      return `${name} needs at least ${error.params.limit} ${error.params.limit === 1 ? 'item' : 'items'}`
    case 'minProperties':
      return `${name} is empty`
    case 'maxProperties':
      return `${name} may say one thing only`
    default:
      return `${name} ${error.message ?? 'does not fit'}`
  }
}

const kinds: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map of keys and values',
  null: 'nothing',
}

const kindOf = (schema: SchemaPart): string =>
  isNamed(schema)
    ? schema.title
    : [schema.type ?? []]
        .flat()
        .map((each) => kinds[each] ?? each)
        .join(' or ')

/** Whether its title says what one such is. */
const isNamed = (schema: SchemaPart): schema is SchemaPart & { readonly title: string } =>
  /^an? /.test(schema.title ?? '')

function kindOfValue(value: unknown): string {
  if (value === null) return 'empty'
  return kinds[Array.isArray(value) ? 'array' : typeof value] ?? typeof value
}

function typeHelp(value: unknown, schema: SchemaPart): { help?: string } {
  const isPlain = typeof value === 'number' || typeof value === 'boolean'
  if (isPlain && [schema.type].flat().includes('string')) {
    const quoted = new RegExp(schema.pattern ?? '').test(String(value))
    return quoted ? { help: `put it in quotes: "${value}"` } : formHelp(schema)
  }
  return exampleHelp(schema)
}

function exampleHelp({ examples = [] }: SchemaPart): { help?: string } {
  const [example] = examples
  if (example === undefined || example === null) return {}
  return { help: `for example: ${typeof example === 'string' ? example : JSON.stringify(example)}` }
}

/** How it is written, and one such. */
function formHelp(schema: SchemaPart): { help?: string } {
  const { help } = exampleHelp(schema)
  const said = [schema.description && firstSentence(schema.description), help].filter((each) => each !== undefined)
  return said.length === 0 ? {} : { help: said.join('; ') }
}

/** Without its full stop. */
const firstSentence = (text: string): string => (/^.*?(?=\.(\s|$))/.exec(text)?.[0] ?? text).replace(/\.$/, '')

const nameOf = (path: Path): string => {
  const last = path.at(-1)
  if (last === undefined) return 'the file'
  return typeof last === 'string' ? `"${last}"` : `an item of "${path.at(-2) ?? 'the list'}"`
}

const within = (path: Path): string => (path.length === 0 ? '' : ` in ${nameOf(path)}`)

const shown = (value: unknown): string => (typeof value === 'string' ? `"${value}"` : String(value))

/** A JSON pointer's steps; list positions as numbers. */
const pathOf = (pointer: string): Path =>
  pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((step) => (/^\d+$/.test(step) ? Number(step) : step))
