/**
 * Compares fields.yaml with a vendor's OpenAPI description: `tsx scripts/compare-fields.ts FILE [SECTION[=SCHEMA]…]`.
 * `--derive` prints the sections as the description has them instead.
 */
import { readFileSync } from 'node:fs'
import { parse, stringify } from 'yaml'
import type { DeclaredField } from '../runtime/expression/check/shape.ts'
import { compareFields, deriveField, elementOf, type Schemas } from './openapi-fields.ts'

const [file, ...rest] = process.argv.slice(2).filter((each) => each !== '--derive')
if (file === undefined) {
  process.stderr.write('usage: tsx scripts/compare-fields.ts FILE [SECTION[=SCHEMA]…] [--derive]\n')
  process.exit(2)
}
const description = parse(readFileSync(file, 'utf8')) as { readonly components?: { readonly schemas?: Schemas } }
const schemas = description.components?.schemas ?? {}
const declared = parse(readFileSync(new URL('../fields.yaml', import.meta.url), 'utf8')) as Record<
  string,
  DeclaredField
>
const sections = rest.length > 0 ? rest : Object.keys(declared).filter((name) => name in schemas)

for (const section of sections) {
  const [name = '', schemaName = name] = section.split('=')
  const schema = schemas[schemaName]
  if (schema === undefined) throw new Error(`the description has no schema "${schemaName}"`)
  const derived = deriveField(schema, schemas, [schemaName])
  const text = process.argv.includes('--derive')
    ? stringify({ [name]: derived }, { flowCollectionPadding: true, nullStr: '' })
    : compareFields(elementOf(declared[name] ?? null), derived, name).join('\n')
  process.stdout.write(text === '' ? '' : `${text.trimEnd()}\n`)
}
