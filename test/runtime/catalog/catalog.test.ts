/** What a catalog says of each property and metric, and how Markdown and HTML write it. */
import { describe, expect, test } from 'vitest'
import { renderHtml } from '../../../runtime/catalog/html.ts'
import { renderMarkdown, renderMarkdownFiles } from '../../../runtime/catalog/markdown.ts'
import type { Catalog, CatalogProperty } from '../../../runtime/catalog/types.ts'
import { describeType } from '../../../runtime/catalog/value-type.ts'
import { createCatalog } from '../../helpers/spec/changed-catalog.ts'
import { addAfter } from '../../helpers/spec/changed-spec.ts'

const FILE = 'mappings/resolved-ticket.yaml'

function metricOf({ metrics }: Catalog, name = 'Resolved Ticket') {
  const metric = metrics.find((each) => each.name === name)
  if (metric === undefined) throw new Error(`no metric ${name}`)
  return metric
}

/** In one spec, which takes a second to load: each is called by its position. */
async function describeAll(lines: readonly string[]): Promise<readonly CatalogProperty[]> {
  const named = lines.map((line, index) => (line.startsWith(': ') ? `  P${index}${line}` : `  ${line}`))
  const catalog = await createCatalog({ [FILE]: addAfter('properties:', named.join('\n')) })
  return metricOf(catalog).properties.slice(0, lines.length)
}

describe('the type of a property, and an example', async () => {
  const rows = [
    ['ticket_type.name', 'text', 'ticket type name'],
    ['category', 'one of Customer, Back-office, Tracker', 'Customer'],
    ['ticket_parts.total_count', 'number', 1],
    ['open', 'true or false', true],
    ['created_at', 'number: a time in seconds', 1_700_000_000],
    ['$datetime(created_at)', 'time, as text', '2026-01-10T07:56:29.000Z'],
    ['updated_at - created_at', 'number of seconds', 3600],
    ['$email($contact.email)', 'text', 'ann@shop.ie'],
    ['$phone($contact.phone) ?? $phone($contact.formatted_phone)', 'text', '+353871234567'],
    [`'open ? "yes" : "no"'`, 'one of yes, no', 'yes'],
    [`'"always"'`, 'text', 'always'],
    ['{ expr: ticket_id, type: string }', 'text', '123'],
    ['{ expr: open, type: string }', 'text', 'true'],
    ['{ expr: contacts.contacts.role, type: list }', 'list of one of user, lead', ['user']],
    [`'[category, "none"]'`, 'list of one of Customer, Back-office, Tracker, none', ['Customer']],
    [`'[[1], 2]'`, 'list', undefined],
    ['contacts', 'object', undefined],
    ['{ expr: ticket_attributes, type: object }', 'object', undefined],
    ['ticket_attributes.size', 'any', undefined],
    ['{ expr: open, whenMissing: { default: unknown } }', 'true or false or text', true],
  ] as const
  const all = await describeAll(rows.map(([expression]) => `: ${expression}`))

  test.each(rows.map((row, index) => [...row, all[index]] as const))('%s', (_, type, example, property) => {
    expect(property && describeType(property.type)).toBe(type)
    expect(property?.example).toEqual(example)
  })
})

describe('the meaning of a property', async () => {
  const rows = [
    ['{ expr: category, doc: Whose ticket it is. } # of the team', 'Whose ticket it is.'],
    ['category # of the team', 'of the team'],
    ['{ expr: category } # in the long form', 'in the long form'],
    ['"category" # in quotes', 'in quotes'],
    ['>- # behind the sign of a block\n    category', 'behind the sign of a block'],
    ['|\n    category\n  # of the next line', undefined],
    [`'"# no comment"'`, undefined],
    ['admin_assignee_id', undefined],
    ['ticket_type.icon', undefined],
  ] as const
  const all = await describeAll(rows.map(([expression]) => `: ${expression}`))

  test.each(rows.map((row, index) => [...row, all[index]] as const))('%s', (_, meaning, property) => {
    expect(property).toMatchObject({ name: expect.stringMatching(/^P/) })
    expect(property?.meaning).toBe(meaning)
  })

  test('is that of the field, if its declaration stands alone on a line', async () => {
    const fields = (text: string) =>
      text.replace('\nticket:\n  {\n', '\nticket:\n  {\n    reason: text?, # why it was opened\n')
    const catalog = await createCatalog({ [FILE]: addAfter('properties:', '  P: reason'), 'fields.yaml': fields })
    expect(metricOf(catalog).properties[0]?.meaning).toBe('why it was opened')
  })

  test('names what is read, if nothing else is known', async () => {
    const [one, two] = await describeAll([': $contact.name', ': $admin.name ?? $team.name'])
    expect(one?.reads).toEqual(['contact.name'])
    expect(two?.reads).toEqual(['admin.name', 'team.name'])
  })
})

test('tags: by name, by look-up, and for a member of an object', async () => {
  const lines = [
    'Title: category',
    'Order Number: category',
    `"Ann's size": category`,
    'Größe: category',
    'Size: { expr: ticket_attributes, type: object }',
    'Ticket *: ticket_attributes',
  ]
  expect((await describeAll(lines)).map(({ tag }) => tag)).toEqual([
    '{{ event.Title }}',
    "{{ event|lookup:'Order Number' }}",
    `{{ event|lookup:"Ann's size" }}`,
    "{{ event|lookup:'Größe' }}",
    "{{ event.Size|lookup:'…' }}",
    "{{ event|lookup:'Ticket …' }}",
  ])
})

test('a metric has conditions, reasons, permissions, history, value and what it sets on the profile', async () => {
  const changes = {
    [FILE]: (text: string) =>
      `${text}  Size: { expr: ticket_attributes.size, whenMissing: { skip: no-size } }
skip:
  internal: category = "Tracker" # made by a teammate
value: ticket_attributes.price
currency: '"EUR"'
profile: { Has Open Ticket: "false" }
`,
    'connector.yaml': (text: string) => text.replace('metricPrefix: ""', 'metricPrefix: "Desk: "'),
  }
  const metric = metricOf(await createCatalog(changes), 'Desk: Resolved Ticket')
  expect(metric).toMatchObject({
    topics: ['ticket.state.updated'],
    history: 'yes',
    condition: '$part.ticket_state = "resolved" and $not($part.previous_ticket_state = "resolved")',
    skips: [
      { reason: 'internal', meaning: 'made by a teammate', condition: 'category = "Tracker"' },
      { reason: 'no-size', meaning: 'there is no "Size"' },
    ],
    permissions: ['Read tickets', 'Read and list users and companies', 'Read admins', 'Read tags'],
    value: 'ticket_attributes.price',
    currency: '"EUR"',
  })
  expect(metric.properties.at(-1)).toMatchObject({ name: 'Size', isAlwaysPresent: true })
  expect(metric.profileProperties).toMatchObject([
    { name: 'Has Open Ticket', type: { kinds: ['boolean'] }, tag: "{{ person|lookup:'Has Open Ticket' }}" },
  ])
})

test('a disabled metric is left out, and people are named whom the spec excludes', async () => {
  const { metrics, people } = await createCatalog({
    [FILE]: (text) => `${text}enabled: false\n`,
    'connector.yaml': addAfter(
      'people:',
      '  exclude: { domains: [acme.com], when: { test-account: email = "a" } }\n  onlyKnown: true',
    ),
  })
  expect(metrics.map(({ name }) => name)).not.toContain('Resolved Ticket')
  expect(people).toEqual([
    'Only people with email or phone_number are sent; an event waits for one up to 30 d.',
    'Nothing is sent of people with an address of acme.com.',
    'Nothing is sent of some others: test account.',
    'Only people who have a profile in Klaviyo already are sent.',
  ])
})

describe('names and texts with signs of the format', () => {
  const changes = {
    [FILE]: (text: string) =>
      text
        .replace('metric: Resolved Ticket', 'metric: "<b>Resolved</b> | `Ticket`"')
        .replace(
          'properties:\n',
          'properties:\n  "a|b`c": { expr: category, doc: "<script>alert(1)</script> & [x](y) | *z*" }\n',
        ),
  }

  test('of Markdown', async () => {
    const text = renderMarkdown(await createCatalog(changes))
    expect(text).toContain('## \\<b\\>Resolved\\</b\\> | \\`Ticket\\`\n')
    const row = text.split('\n').find((line) => line.includes('alert'))
    expect(row).toBe(
      "| `` a\\|b`c `` | one of Customer, Back-office, Tracker | \\<script\\>alert(1)\\</script\\> \\& \\[x\\](y) \\| \\*z\\* | `Customer` | `` {{ event\\|lookup:'a\\|b`c' }} `` |",
    )
  })

  test('of HTML', async () => {
    const text = await renderHtml(await createCatalog(changes))
    expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt; &amp; [x](y)')
    expect(text).not.toMatch(/<script|<b>|\[object/)
    expect(text).toContain('<section id="b-resolved-b-ticket">')
  })
})

test('a folder has an index, the profile and a file for each metric, also of equal or strange names', async () => {
  const copy = (metric: string, key: string) => (text: string) =>
    text.replace('metric: Resolved Ticket', `metric: ${metric}`).replace('[resolved-ticket,', `[${key},`)
  const { 'mappings/resolved-ticket.yaml': shipped } = await readShipped()
  const files = renderMarkdownFiles(
    await createCatalog({
      'mappings/a.yaml': copy('"Resolved: Ticket"', 'a')(shipped),
      'mappings/b.yaml': copy('評価', 'b')(shipped),
      'mappings/c.yaml': copy('"!!"', 'c')(shipped),
      'mappings/d.yaml': copy('Readme', 'd')(shipped),
    }),
  )
  const names = files.map(({ name }) => name)
  expect(names.filter((name) => !/ticket-?|conversation/.test(name) || /resolved/.test(name))).toEqual([
    'README.md',
    'resolved-ticket.md',
    '評価.md',
    'metric.md',
    'readme-2.md',
    'resolved-ticket-2.md',
    'profile.md',
  ])
  expect(files[0]?.text).toContain('- [評価](%E8%A9%95%E4%BE%A1.md): ')
})

async function readShipped() {
  const { readFile } = await import('node:fs/promises')
  return { [FILE]: await readFile(new URL(`../../../${FILE}`, import.meta.url), 'utf8') } as const
}

test('the same spec gives the same texts', async () => {
  const [first, second] = [await createCatalog(), await createCatalog()]
  expect(renderMarkdown(first)).toBe(renderMarkdown(second))
  expect(await renderHtml(first)).toBe(await renderHtml(second))
})
