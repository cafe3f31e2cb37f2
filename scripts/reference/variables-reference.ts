/** Reference page of the variables that expressions may use: where they are bound, when they are absent, what they cost. */

import { describeLookup, VARIABLES } from '../../runtime/editor/docs/variables.ts'
import { readModel, type SpecModel } from '../../runtime/editor/model/model.ts'
import { type EditorFile, findScope } from '../../runtime/editor/scope.ts'
import type { FunctionTable } from '../../runtime/expression/functions.ts'
import { openSpecFolder } from '../../runtime/spec/spec-files.ts'
import { generatedNote } from './schema-reference.ts'

const introduction =
  'Names that begin with `$` hold data beside the record itself. `$` alone is the value at the present place, `$$` the whole record. An expression may also bind names of its own: `($first := tags.tags[0]; $first.name)`.'

const boundNote =
  '`$part` exists only in metrics with `each`, `$notification` only for webhooks: `validate` warns where history lacks it. In the profile, `validate` warns of lookups of the event (`$admin`, `$team`), which each event would change. A name without a `$` is a field of the record.'

const lookupsNote =
  'Related data that the connector fetches for the expressions that use it; `$contact` is fetched for every event. One that no expression uses costs nothing, and a `skip` rule without lookups saves those of the events that it skips. [connector.yaml](connector.md#lookupsname) defines lookups, so your own have variables, too; `$company` stands there as a comment ([example](../guide/cook-book.md#the-name-of-the-company)).'

/** Paths of expressions by kind of file, with "*" for any name. */
const PLACES: readonly (readonly [kind: EditorFile['kind'], place: string, paths: string])[] = [
  [
    'mapping',
    'A metric',
    'each from.stream.newest when key.1 time contact skip.* properties.* value currency profile.*',
  ],
  ['properties', 'A property set', 'skip.* properties.*'],
  ['profile', 'The profile', 'skip.* attributes.* properties.* updatedAt'],
  ['connector', 'connector.yaml', 'people.exclude.when.* people.role people.tags'],
  ['connector', 'connector.yaml', 'streams.*.request.body lookups.*.get.request.body lookups.*.batch.request.body'],
]

export async function variablesPage(root: URL, functions: FunctionTable): Promise<string> {
  const model = await readModel(openSpecFolder(root), functions)
  if (model === undefined) throw new Error('the shipped spec has errors: connector validate')
  const bound = new Set(namesIn('mapping', 'value', model))
  const fetched = Object.entries(model.connector.lookups)
    .filter(([name]) => bound.has(name))
    .map(([name, lookup]) => ({ name, ...describeLookup(lookup) }))
  return [
    '# Variables',
    `${generatedNote}\n\n${introduction}`,
    '## Where they are bound',
    table(
      ['Place', 'Keys', 'Variables'],
      PLACES.flatMap((place) => placeRows(place, model)),
    ),
    boundNote,
    '## Lookups',
    lookupsNote,
    table(
      ['Variable', 'What it is', 'Absent', 'Cost'],
      fetched.map(({ name, what, absent = '', cost }) => [`\`$${name}\``, what, absent, cost]),
    ),
    '## All others',
    table(
      ['Variable', 'What it is', 'Absent'],
      [...VARIABLES].map(([name, { what, absent = '' }]) => [`\`$${name}\``, what, absent]),
    ),
    '',
  ].join('\n\n')
}

/** Keys with the same variables share a row. */
function placeRows([kind, place, paths]: (typeof PLACES)[number], model: SpecModel): readonly (readonly string[])[] {
  const keys = new Map<string, string[]>()
  for (const path of paths.split(' ')) {
    const names = namesIn(kind, path, model).map((name) => `\`$${name}\``)
    const key = path.replace(/(\.([*1]|body))+$/, '').replace('*', '<name>')
    const variables = names.length === 0 ? 'none' : names.join(' ')
    keys.set(variables, [...(keys.get(variables) ?? []), `\`${key}\``])
  }
  return [...keys].map(([variables, own]) => [place, own.join(', '), variables])
}

/** Names without `$` that are bound at the path, in a file of the kind. */
function namesIn(kind: EditorFile['kind'], path: string, model: SpecModel): readonly string[] {
  const file = { path: '', kind, text: '', value: { resource: 'conversation', each: 'tags.tags' } }
  const scope = findScope(
    path.split('.').map((step) => (step === '1' ? 1 : step)),
    file,
    model,
  )
  if (scope === undefined) throw new Error(`no expression stands at ${path} of ${kind}`)
  return [...scope.variables.keys()]
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
