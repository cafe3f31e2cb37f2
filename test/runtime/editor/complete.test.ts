/** Completion within expressions, in files that parse and in files that do not. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { functions } from '../../../connector/functions/index.ts'
import { specFolder } from '../../../connector/spec.ts'
import { completeAt } from '../../../runtime/editor/complete.ts'
import { definitionAt } from '../../../runtime/editor/definition.ts'
import { BUILTIN_DOCS } from '../../../runtime/editor/docs/builtin-docs.ts'
import { hoverAt } from '../../../runtime/editor/hover.ts'
import { findScope } from '../../../runtime/editor/scope.ts'
import { BUILTIN_SIGNATURES } from '../../../runtime/expression/compiler/runtime/functions/builtins.ts'
import { loadSpec } from '../../../runtime/spec/load.ts'
import { change, model, property, readShipped, typedFile } from '../../helpers/editor/typed-file.ts'

const complete = ({ file, offset }: ReturnType<typeof typedFile>) => completeAt(file, offset, model)
const inserted = (place: ReturnType<typeof typedFile>) => complete(place).map(({ insert }) => insert)

describe('fields, by what the path before them reads', () => {
  test.each([
    ['|^|', 'ticket_state'],
    ['$contact.|^|', 'email'],
    ['$contact.em|^|', 'email'],
    ['$contact.location.|^| ?? 1', 'country_code'],
    ['$part.author.|^|', 'from_ai_agent'],
    ['{ expr: ticket_type.|^|, type: string }', 'is_internal'],
    ['{ expr: ticket_type.|^|', 'is_internal'],
    ['"ticket_type.|^|"', 'is_internal'],
    ['"ticket_type.|^|', 'is_internal'],
    ["'ticket_type.|^|'", 'is_internal'],
    ['>-\n    ticket_type\n    .|^|', 'is_internal'],
    ['|\n    $exists(open)\n      ? ticket_type.|^|', 'is_internal'],
    ['$substring(cat|^|', 'category'],
    ['ticket_parts.ticket_parts[author.|^|]', 'from_ai_agent'],
    ['ticket_parts.ticket_parts[0].|^|', 'part_type'],
    ['$map(contacts.contacts, function($c) { $c.|^| })', 'external_id'],
    ['($x := ticket_parts.ticket_parts[-1]; $x.|^|)', 'part_type'],
    ['($x := ticket_parts.ticket_parts[-1]; $x.|^|', 'part_type'],
    ['{ "a": ticket_type.|^|', 'is_internal'],
    ['"😀" & $contact.|^|', 'email'],
    ['is_shared ? "yes" : $contact.|^|', 'email'],
    ['$notification.|^|', 'topic'],
    ['is_shared and $contact.|^| and open', 'email'],
  ])('%s', (line, field) => {
    expect(inserted(property(line))).toContain(field)
    expect(inserted(property(line))).not.toContain('nothing')
  })

  test('only, after a dot', () => {
    const kinds = new Set(complete(property('$contact.|^|')).map(({ kind }) => kind))
    expect([...kinds]).toEqual(['field'])
  })

  test('none of another resource, and none where anything may stand', () => {
    expect(inserted(property('|^|'))).not.toContain('conversation_parts')
    expect(inserted(property('$contact.custom_attributes.|^|'))).toEqual([])
    expect(inserted(property('title |^|'))).toEqual([])
    expect(inserted(property('title & "|^|'))).toEqual([])
    expect(inserted(property('/* $contact.|^| */ title'))).toEqual([])
    expect(inserted(property('title # $contact.|^|'))).toEqual([])
    expect(inserted(property('12|^|'))).toEqual([])
  })

  test('replace what is typed of the name', () => {
    const [first] = complete(property('$contact.em|^|'))
    expect(first).toMatchObject({ replaces: 2, description: { title: 'contact.type: text' } })
  })
})

describe('values of the field that a text is compared with', () => {
  test.each([
    ['ticket_state.category = "|^|"', 'waiting_on_customer'],
    ['ticket_state.category = "res|^|olved" ? 1', 'resolved'],
    ["ticket_state.category != '|^|", 'resolved'],
    ['"ticket_state.category = \\"|^|', 'resolved'],
    ['ticket_state.category in ["submitted", "|^|"]', 'resolved'],
    ['ticket_parts.ticket_parts[ticket_state = "|^|"]', 'resolved'],
    ['$contact.role = "|^|', 'lead'],
    ['$notification.topic = "|^|"', 'ticket.created'],
  ])('%s', (line, value) => {
    const found = complete(property(line))
    expect(found.map(({ insert }) => insert)).toContain(value)
    expect(new Set(found.map(({ kind }) => kind))).toEqual(new Set(['value']))
  })

  test('not after another operator, nor of a field that may be any text', () => {
    for (const line of ['ticket_state.category & "|^|', 'ticket_type.name = "|^|', `'"|^|"'`])
      expect(inserted(property(line))).toEqual([])
  })
})

/** Bound for each record: those with a key of their own, and the person. */
const LOOKUPS = Object.entries(model.connector.lookups).flatMap(([name, { key }]) =>
  key !== undefined || name === 'contact' ? [`$${name}`] : [],
)

describe('variables', () => {
  const variables = (place: ReturnType<typeof typedFile>) =>
    complete(place).flatMap(({ kind, label }) => (kind === 'variable' ? [label] : []))

  test.each<[string, ReturnType<typeof typedFile>, readonly string[]]>([
    ['of a property', property('$|^|'), ['$part', '$notification', '$workspace', ...LOOKUPS]],
    [
      'of a key',
      change('mappings/read-conversation.yaml', 'id, $notification.created_at', '$|^|'),
      ['$notification', '$workspace'],
    ],
    [
      'of each',
      change('mappings/replied-to-ticket.yaml', 'id = $announced', 'id = $ann|^|ounced'),
      ['$notification', '$parts', '$announced', '$since'],
    ],
    [
      'of the profile',
      change('mappings/profile.yaml', '$firstName(name)', '$|^|'),
      ['$notification', '$workspace', ...LOOKUPS],
    ],
    [
      'of a skip rule of the profile, before any lookup',
      change('mappings/profile.yaml', 'contact-archived: archived = true', 'contact-archived: $|^|'),
      ['$notification', '$workspace', '$contact'],
    ],
    [
      'of whom to send',
      change('connector.yaml', '  role: role\n', '  role: $|^|\n'),
      ['$workspace', '$contact', '$contactTags', '$tag'],
    ],
    [
      'of a page of a stream',
      change('connector.yaml', 'per_page: $pageSize', 'per_page: $|^|'),
      ['$cursor', '$pageSize', '$since', '$until'],
    ],
    ['of a batch', change('connector.yaml', '"value": $ids', '"value": $|^|'), ['$ids']],
    [
      'that a function binds',
      property('function($one, $other) { $|^|'),
      ['$part', '$notification', '$workspace', ...LOOKUPS, '$one', '$other'],
    ],
  ])('%s', (_, place, expected) => {
    expect(variables(place)).toEqual(expect.arrayContaining([...expected]))
    expect(variables(place).length).toBe(expected.length)
  })

  test('every variable of the shipped spec is offered where it stands', async () => {
    const { expressions } = await loadSpec(specFolder(), { functions, checkOnly: true })
    const missing = expressions.flatMap(({ file: path, path: place, expression }) => {
      const scope = findScope(place, typedFile(path, `|^|${readShipped(path)}`).file, model)
      return [...expression.variables]
        .filter((name) => scope && !scope.variables.has(name))
        .map((name) => `${path} ${place} $${name}`)
    })
    expect(missing).toEqual([])
  })
})

describe('functions', () => {
  test('of the connector come before those of JSONata, each with its text', () => {
    const found = complete(property('$|^|')).filter(({ kind }) => kind === 'function')
    expect(found[0]).toMatchObject({ insert: '$datetime', replaces: 1, description: { title: '$datetime: <x?:s>' } })
    expect(found.filter(({ description }) => !description)).toEqual([])
    expect(found.map(({ label }) => label)).not.toContain('$eval')
  })

  test('every function of JSONata has a text', () => {
    const names = Object.keys(BUILTIN_SIGNATURES).filter((name) => name !== 'eval')
    expect([...BUILTIN_DOCS.keys()].sort()).toEqual(names.sort())
  })
})

describe('in a file that does not parse, or lacks most keys', () => {
  test.each<[string, ReturnType<typeof typedFile>, string]>([
    ['a new metric', typedFile('mappings/new.yaml', 'metric: X\nresource: conversation\ntime: |^|'), 'created_at'],
    ['a new rule', typedFile('mappings/new.yaml', 'resource: conversation\nskip:\n  mine: stat|^|'), 'state'],
    [
      'a quote left open above',
      typedFile('mappings/new.yaml', 'resource: ticket\nsummary: "A\ntime: $contact.\nkey: [a, cat|^|egory]\n'),
      'category',
    ],
    [
      'a quote left open above a block',
      typedFile('mappings/new.yaml', 'resource: ticket\nsummary: "A\nproperties:\n  A: |\n    ticket_type.|^|\n'),
      'is_internal',
    ],
    [
      'lines that end as on Windows',
      typedFile('mappings/new.yaml', 'resource: ticket\r\nproperties:\r\n  A: ticket_type.|^|\r\n  B: 1\r\n'),
      'is_internal',
    ],
  ])('%s', (_, place, field) => expect(inserted(place)).toContain(field))

  test('a set has the fields of the files that include it', () => {
    expect(inserted(typedFile('mappings/_ticket.yaml', 'properties:\n  A: |^|'))).toContain('ticket_id')
  })
})

describe('names that other files define', () => {
  const path = 'mappings/replied-to-ticket.yaml'
  test.each<[string, string, readonly string[]]>([
    ['stream: tickets', 'stream: tic|^|', ['tickets']],
    ['resource: ticket', 'resource: |^|', Object.keys(model.connector.resources)],
    ['include: [_ticket]', 'include: [|^|]', ['_conversation', '_ticket']],
  ])('%s', (find, put, names) => expect(inserted(change(path, find, put))).toEqual(names))

  test('topics are those of the resource', () => {
    const topics = inserted(change(path, '[ticket.contact.replied]', '[ticket.|^|]'))
    expect(topics).toContain('ticket.created')
    expect(topics.filter((topic) => !topic.startsWith('ticket.'))).toEqual([])
  })

  test('are left to the schema that the file names', () => {
    const text = 'resource: |^|\n'
    const line = '# yaml-language-server: $schema=../.connector-schema/mapping.schema.json\n'
    expect(inserted(typedFile(path, text)).length).toBeGreaterThan(0)
    expect(inserted(typedFile(path, line + text))).toEqual([])
  })
})

describe('keys, in a file that names no schema', () => {
  test.each<[string, string, readonly string[], string]>([
    ['an empty file', '|^|', ['metric: ', 'from: '], ''],
    ['a new line', 'metric: X\n|^|\nresource: ticket\n', ['summary: ', 'from: '], 'metric: '],
    ['a key that is there', 'met|^|ric: X\n', ['metric', 'from'], 'from: '],
    ['a new map', 'from:\n  |^|', ['webhook: ', 'stream: '], 'metric: '],
    ['a map in braces', 'properties:\n  A: { expr: title, wh|^| }', ['whenMissing: ', 'type: '], 'expr: '],
  ])('%s', (_, text, keys, other) => {
    const found = inserted(typedFile('mappings/new.yaml', text))
    expect(found).toEqual(expect.arrayContaining([...keys]))
    expect(found).not.toContain(other)
  })

  test('attributes are those that the destination accepts', () => {
    const found = inserted(typedFile('mappings/profile.yaml', 'attributes:\n  email: email\n  loc|^|'))
    expect(found).toContain('location.city: ')
    expect(found).not.toContain('email: ')
  })

  test('say what they are for', () => {
    const [first] = complete(typedFile('mappings/new.yaml', 'tim|^|'))
    expect(first).toMatchObject({ kind: 'key', replaces: 3, description: { title: 'metric: a string' } })
  })

  test('else they are left to the schema', () => {
    expect(inserted(change('mappings/created-ticket.yaml', 'include:', '|^|include:'))).toEqual([])
  })
})

test('no text and no place makes it throw', () => {
  const paths = [
    'mappings/replied-to-ticket.yaml',
    'mappings/profile.yaml',
    'mappings/_ticket.yaml',
    'recipes/low-rating.yaml',
  ]
  const pieces = [
    '"',
    "'",
    '`',
    '{',
    '}',
    '[',
    ']',
    '(',
    ')',
    ': ',
    '\n',
    '\t',
    '  ',
    '|',
    '>',
    '&a',
    '*a',
    '#',
    '$',
    '.',
    '😀',
    '/*',
    '\\',
    '\r\n',
    '~',
    '- ',
    '\0',
    '$constructor.',
    '__proto__: ',
  ]
  const edit = fc.record({
    at: fc.nat(3000),
    cut: fc.nat(60),
    put: fc.array(fc.constantFrom(...pieces), { maxLength: 4 }),
  })
  fc.assert(
    fc.property(fc.constantFrom(...paths), fc.array(edit, { maxLength: 4 }), fc.nat(3000), (path, edits, at) => {
      const text = edits.reduce((before, { at, cut, put }) => {
        const start = at % (before.length + 1)
        return before.slice(0, start) + put.join('') + before.slice(start + cut)
      }, readShipped(path))
      const place = at % (text.length + 1)
      const { file, offset } = typedFile(path, `${text.slice(0, place)}|^|${text.slice(place)}`)
      completeAt(file, offset, model)
      hoverAt(file, offset, model)
      definitionAt(file, offset, model)
    }),
    { numRuns: 150 },
  )
})
