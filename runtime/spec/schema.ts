/** Checks a file against its published JSON Schema and says what does not fit, in words. */
import type { DefinedError } from 'ajv'
import type { Diagnostic } from './diagnostic.ts'
import type { Documents } from './generated/documents.ts'
import * as validators from './generated/validators.ts'
import { schemaDiagnostics } from './schema-errors.ts'
import type { YamlFile } from './yaml.ts'

interface Validate<T> {
  (value: unknown): value is T
  /** Of the last call. */
  readonly errors?: readonly DefinedError[] | null
}

/** Made by `npm run generate`: to compile the schemas took half of a start, and hosts may forbid to make code of text. */
const checks = validators as unknown as { readonly [K in keyof Documents]: Validate<Documents[K]> }

export type Checked<K extends keyof Documents> =
  | { readonly document: Documents[K]; readonly errors: readonly Diagnostic[] }
  | { readonly document?: never; readonly errors: readonly Diagnostic[] }

/** The document, if it fits; otherwise everything that does not. */
export function validateAgainstSchema<K extends keyof Documents>(kind: K, yaml: YamlFile): Checked<K> {
  if (yaml.errors.length > 0) return { errors: yaml.errors }
  const fits: Validate<Documents[K]> = checks[kind]
  const { value } = yaml
  if (fits(value)) return { document: value, errors: [] }
  return { errors: schemaDiagnostics(fits.errors ?? [], yaml) }
}
