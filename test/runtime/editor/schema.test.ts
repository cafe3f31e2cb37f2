/** Schemas for editors: each key shows its own texts, and `connector schema` adds the names of a spec. */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Ajv } from 'ajv'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { specFolder } from '../../../connector/spec.ts'
import { SCHEMA_KINDS, type SchemaKind } from '../../../runtime/editor/model/spec-schema.ts'
import { setModeline } from '../../../runtime/editor/text/modeline.ts'
import { runCommand } from '../../helpers/cli-fake.ts'

const root = fileURLToPath(specFolder())
const readSchema = (folder: string, kind: SchemaKind) =>
  JSON.parse(readFileSync(join(folder, `${kind}.schema.json`), 'utf8'))

interface Schema {
  readonly $ref?: string
  readonly title?: string
  readonly description?: string
  readonly allOf?: readonly Schema[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: Schema | boolean
  readonly items?: Schema
}

/** Every key under a schema, with the schema that an editor shows for it. */
function* keysOf({ properties = {}, additionalProperties, items }: Schema, path: string): Generator<[string, Schema]> {
  for (const [name, schema] of Object.entries(properties)) yield* [[`${path}.${name}`, schema] as [string, Schema]]
  const members = [...Object.entries(properties), ['*', additionalProperties], ['[]', items]] as const
  for (const [name, schema] of members) if (typeof schema === 'object') yield* keysOf(schema, `${path}.${name}`)
}

/** yaml-language-server 1.25 shows the title and description of the target of a reference in place of the key's. */
test.each(SCHEMA_KINDS)('each key of %s shows its own text and type', (kind) => {
  const keys = [...keysOf(readSchema(join(root, 'schemas'), kind), kind)]
  const wrong = keys.filter(([, { $ref, allOf, title, description }]) => $ref ?? allOf ?? !(title && description))
  expect(wrong).toEqual([])
})

test('an expression is explained as what it is for', () => {
  const { properties } = readSchema(join(root, 'schemas'), 'mapping')
  expect(properties.time).toMatchObject({
    title: 'an expression',
    description: 'Time of the occurrence: seconds since 1970, or an ISO 8601 time.',
    examples: ['$part.created_at'],
  })
})

function copySpec(): string {
  const folder = mkdtempSync(join(tmpdir(), 'schema-'))
  for (const name of ['connector.yaml', 'fields.yaml', 'mappings', 'recipes'])
    cpSync(join(root, name), join(folder, name), { recursive: true })
  return folder
}

const app = { specFolder: specFolder() }

describe('`connector schema`', async () => {
  const folder = copySpec()
  const result = await runCommand(['schema', folder, '--modeline'], { app, env: {} })
  const validators = new Map(
    SCHEMA_KINDS.map((kind) => {
      const ajv = new Ajv({ strict: false })
      return [kind, ajv.compile(readSchema(join(folder, '.connector-schema'), kind))] as const
    }),
  )
  const accepts = (kind: SchemaKind, document: unknown) => validators.get(kind)?.(document)
  const read = (path: string) => parse(readFileSync(join(folder, path), 'utf8'))

  test('succeeds', () => expect(result).toMatchObject({ exit: 0, err: '' }))

  const files = ['connector.yaml', 'fields.yaml', ...['mappings', 'recipes'].flatMap(filesIn)]
  function filesIn(name: string): readonly string[] {
    return readdirSync(join(folder, name)).map((file) => `${name}/${file}`)
  }

  test.each(files)('%s names a schema that accepts it', (path) => {
    const text = readFileSync(join(folder, path), 'utf8')
    const [, up, kind] =
      /^# yaml-language-server: \$schema=(\.\.?)\/\.connector-schema\/(\w+)\.schema\.json\n/.exec(text) ?? []
    expect(up).toBe(path.includes('/') ? '..' : '.')
    expect(accepts(kind as SchemaKind, parse(text))).toBe(true)
    const shipped = readFileSync(join(root, path), 'utf8')
    expect(text.slice(text.indexOf('\n'))).toBe(shipped.slice(shipped.indexOf('\n')))
  })

  const mapping = read('mappings/replied-to-conversation.yaml')
  const profile = read('mappings/profile.yaml')
  const recipe = read('recipes/low-rating.yaml')
  const from = (change: object) => ({ ...mapping, from: { ...mapping.from, ...change } })
  test.each<[string, SchemaKind, unknown]>([
    ['a resource', 'mapping', { ...mapping, resource: 'chat' }],
    ['a topic', 'mapping', from({ webhook: { topics: ['conversation.user.repled'] } })],
    ["another resource's topic", 'mapping', from({ webhook: { topics: ['ticket.created'] } })],
    ["another resource's stream", 'mapping', from({ stream: 'tickets' })],
    ['a lookup', 'mapping', from({ stream: { name: 'conversations', fetchFull: 'conversations' } })],
    ['a property set', 'mapping', { ...mapping, include: ['_conversations'] }],
    [
      "another resource's topic in the profile",
      'profile',
      { ...profile, from: { webhook: { topics: ['ticket.created'] } } },
    ],
    ['an attribute', 'profile', { ...profile, attributes: { ...profile.attributes, town: 'location.city' } }],
    ['an identifier', 'profile', { ...profile, identifiers: ['e-mail'] }],
    ['a metric', 'recipe', { ...recipe, definition: { groups: [{ id: { metric: 'Rated Chat' } }] } }],
  ])('refuses %s that the spec does not define', (_, kind, document) => {
    expect(accepts(kind, document)).toBe(false)
  })

  test('accepts a name added to connector.yaml since', () => {
    const connector = read('connector.yaml')
    const streams = { ...connector.streams, notes: { ...connector.streams.tickets, resource: 'note' } }
    expect(accepts('connector', { ...connector, streams })).toBe(true)
  })

  test('refers to no other file', () => {
    const references = SCHEMA_KINDS.flatMap((kind) => {
      const text = readFileSync(join(folder, '.connector-schema', `${kind}.schema.json`), 'utf8')
      return [...text.matchAll(/"\$ref": "([^"]*)"/g)].map(([, target]) => target)
    })
    expect(references.filter((target) => !target?.startsWith('#/definitions/'))).toEqual([])
  })

  test('changes nothing the second time', async () => {
    const before = files.map((path) => readFileSync(join(folder, path), 'utf8'))
    await runCommand(['schema', folder, '--modeline'], { app, env: {} })
    expect(files.map((path) => readFileSync(join(folder, path), 'utf8'))).toEqual(before)
  })

  test('without --modeline changes no file, and says what to write', async () => {
    const copy = copySpec()
    const { out } = await runCommand(['schema', copy, '--out', join(copy, 'schemas')], { app, env: {} })
    expect(out).toContain('# yaml-language-server: $schema=../schemas/mapping.schema.json')
    expect(readFileSync(join(copy, 'fields.yaml'), 'utf8')).toBe(readFileSync(join(root, 'fields.yaml'), 'utf8'))
  })

  test('of the shipped spec go to the working directory', async () => {
    const cwd = mkdtempSync(join(tmpdir(), 'schema-'))
    const { out } = await runCommand(['schema'], { app, env: {}, cwd })
    expect(out).toContain('# yaml-language-server: $schema=../.connector-schema/mapping.schema.json')
    expect(readdirSync(cwd)).toEqual(['.connector-schema'])
  })

  test('never changes the shipped spec', async () => {
    const { exit, err } = await runCommand(['schema', '--modeline'], { app, env: {} })
    expect(exit).toBe(2)
    expect(err).toContain('give the folder of your spec')
  })

  test('of a spec that extends another accepts what differs', async () => {
    const copy = mkdtempSync(join(tmpdir(), 'schema-'))
    mkdirSync(join(copy, 'mappings'))
    writeFileSync(join(copy, 'connector.yaml'), `extends: ${relative(copy, root)}\n`)
    writeFileSync(join(copy, 'mappings/created-ticket.yaml'), 'enabled: false\ninclude: ~\n')
    const { exit, out } = await runCommand(['schema', copy, '--modeline'], { app, env: {} })
    expect(exit).toBe(0)
    expect(out).toContain('the first line of 2 files')
    const schema = readSchema(join(copy, '.connector-schema'), 'mapping')
    const accepts = new Ajv({ strict: false }).compile(schema)
    expect(accepts(parse(readFileSync(join(copy, 'mappings/created-ticket.yaml'), 'utf8')))).toBe(true)
    expect(accepts({ enabled: false, include: ['_tickets'] })).toBe(false)
  })

  test('needs a connector.yaml', async () => {
    const { exit, err } = await runCommand(['schema', join(folder, 'mappings')], { app, env: {} })
    expect(exit).toBe(3)
    expect(err).toContain('there is no connector.yaml here')
  })
})

test.each([
  ['metric: A\n', '# yaml-language-server: $schema=./x.json\nmetric: A\n'],
  [
    '# yaml-language-server: $schema=old.json\r\nmetric: A\r\n',
    '# yaml-language-server: $schema=./x.json\r\nmetric: A\r\n',
  ],
  ['# A comment\r\nmetric: A\r\n', '# yaml-language-server: $schema=./x.json\r\n# A comment\r\nmetric: A\r\n'],
  ['\uFEFFmetric: A\n', '\uFEFF# yaml-language-server: $schema=./x.json\nmetric: A\n'],
  ['', '# yaml-language-server: $schema=./x.json\n'],
  [
    'a: 1\n# yaml-language-server: $schema=b\n',
    '# yaml-language-server: $schema=./x.json\na: 1\n# yaml-language-server: $schema=b\n',
  ],
])('the first line of %j names the schema', (before, after) => {
  expect(setModeline(before, './x.json')).toBe(after)
})
