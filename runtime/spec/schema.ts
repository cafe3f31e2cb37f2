/** Checks a file against its published JSON Schema and says what does not fit, in words. */
import { Ajv, type DefinedError, type ValidateFunction } from 'ajv'
import connector from './connector.schema.json' with { type: 'json' }
import definitions from './definitions.schema.json' with { type: 'json' }
import type { Diagnostic } from './diagnostic.ts'
import type { Documents } from './documents.ts'
import fields from './fields.schema.json' with { type: 'json' }
import mapping from './mapping.schema.json' with { type: 'json' }
import profile from './profile.schema.json' with { type: 'json' }
import properties from './properties.schema.json' with { type: 'json' }
import { complaints } from './schema-errors.ts'
import type { YamlFile } from './yaml.ts'

const schemas = { connector, fields, mapping, profile, properties }

/**
 * Compiling the schemas is most of the time a start takes, so each is compiled once, when first needed, and a test, not
 * the start, holds them against the meta-schema.
 */
const ajv = new Ajv({
  allErrors: true,
  verbose: true,
  allowUnionTypes: true,
  strictRequired: false,
  inlineRefs: false,
  meta: false,
  validateSchema: false,
  code: { optimize: false },
})
ajv.addSchema(definitions, 'definitions.schema.json')
const compiled = new Map<string, ValidateFunction>()

function validator<K extends keyof Documents>(kind: K): ValidateFunction<Documents[K]> {
  const known = compiled.get(kind) ?? ajv.compile(schemas[kind])
  compiled.set(kind, known)
  return known as ValidateFunction<Documents[K]>
}

export type Checked<K extends keyof Documents> =
  | { readonly document: Documents[K]; readonly errors: readonly Diagnostic[] }
  | { readonly document?: never; readonly errors: readonly Diagnostic[] }

/** The document, if it fits; otherwise everything that does not. */
export function conform<K extends keyof Documents>(kind: K, yaml: YamlFile): Checked<K> {
  if (yaml.errors.length > 0) return { errors: yaml.errors }
  const validate = validator(kind)
  if (validate(yaml.value)) return { document: yaml.value, errors: [] }
  const errors = (validate.errors ?? []) as DefinedError[]
  return { errors: complaints(errors, yaml) }
}
