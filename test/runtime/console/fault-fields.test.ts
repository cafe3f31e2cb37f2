/** Failed events name the property or the part of the mapping, its line, and its value behind a reveal. */
import { describe, expect, test } from 'vitest'
import { functions } from '../../../connector/functions/index.ts'
import { loadSpec } from '../../../runtime/spec/load.ts'
import { findContactWithEmail } from '../../helpers/connector-harness.ts'
import { createTestConsole, openConsoleWithConnector } from '../../helpers/console.ts'
import { changeFiles, type SpecChanges } from '../../helpers/spec/changed-spec.ts'

const MAPPING = 'mappings/rated-conversation.yaml'
const PROFILE = 'mappings/profile.yaml'
const TITLE = 'Where is it, ann@example.com?'
const textOf = (page: string) => page.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ')
const append = (text: string) => (file: string) => `${file}${text}\n`
const replace = (from: RegExp, to: string) => (file: string) => {
  if (!from.test(file)) throw new Error(`nothing to replace: ${from}`)
  return file.replace(from, to)
}

/** The spec with changes, whose warnings say that they fail. */
async function brokenSpec(changes: SpecChanges) {
  const { spec, diagnostics } = await loadSpec('', { functions, files: changeFiles(changes) })
  if (spec === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'))
  return spec
}

/** A rating of a known person that ends as a dead letter. */
async function scene(changes: SpecChanges, pointer?: string, detail = 'no') {
  const refusal = { id: 'r1', status: 400, code: 'invalid', title: 'Invalid input.', detail, source: { pointer } }
  const intercept = ({ url, method }: Request) =>
    pointer !== undefined && method === 'POST' && url.endsWith('/api/events')
      ? Response.json({ errors: [refusal] }, { status: 400 })
      : undefined
  const spec = await brokenSpec(changes)
  const shop = await openConsoleWithConnector({}, { connector: { settings: { spec } }, intercept })
  const person = await findContactWithEmail(shop.intercom)
  const at = Math.floor(shop.clock.now() / 1000) - 5
  const rating = { rating: 4, created_at: at, updated_at: at, contact: { id: person.id } }
  const item = {
    ...{ type: 'conversation', id: '51', created_at: at - 60, title: TITLE, conversation_rating: rating },
    contacts: { contacts: [{ type: 'contact', id: person.id }] },
  }
  await shop.notify('conversation.rating.added', item, { id: 'n-51' })
  await shop.work(2_000)
  const [event] = await shop.store.events({ status: 'dead', limit: 1 })
  const [group] = await shop.store.groupDeadLetters()
  if (event === undefined || group === undefined) throw new Error('nothing failed')
  const groupPath = `/failed-events?group=${encodeURIComponent(group.group)}`
  const pages = [`/events/${event.id}`, `/records/${event.seq}`, '/failed-events', groupPath]
  const client = shop.browser()
  const open = (path: string) => shop.clock.until(client.text(path))
  return { shop, spec, event, groupPath, pages, client, open, person }
}

type Shop = Awaited<ReturnType<typeof scene>>['shop']

/** The console of a process that has the store, but another spec or less in memory. */
function consoleOf(shop: Shop, spec: Shop['connector']['spec'], more: Partial<Shop['connector']> = {}) {
  const { browser } = createTestConsole({ ...shop.connector, spec, ...more }, shop.clock)
  return { browser: browser(), clock: shop.clock }
}

type Row = readonly [what: string, path: string, change: (file: string) => string, code: string, facts: string]

const faults: readonly Row[] = [
  ['a property', MAPPING, append('  Score: $number(title)'), 'expression/D3030', 'Property Score'],
  ['a type', MAPPING, append('  Score: { expr: title, type: number }'), 'mapping/wrong-type', 'Property Score'],
  ['a value', MAPPING, append('value: $number(title)'), 'expression/D3030', 'Part of the mapping Value'],
  [
    'a condition',
    MAPPING,
    append('when: $number(title) > 1'),
    'expression/D3030',
    'Part of the mapping Condition (when)',
  ],
  [
    'a skip rule',
    MAPPING,
    append('skip: { low: $number(title) > 1 }'),
    'expression/D3030',
    'Part of the mapping Skip rule',
  ],
  [
    ...(['a key', MAPPING, replace(/^key: .*$/m, 'key: [rated, id, source.id]')] as const),
    ...(['mapping/no-key', 'Part of the mapping Event key'] as const),
  ],
  [
    ...(['a key that fails', MAPPING, replace(/^key: .*$/m, 'key: [rated, id, $number(type)]')] as const),
    ...(['expression/D3030', 'Part of the mapping Event key'] as const),
  ],
  [
    ...(['a time', MAPPING, replace(/^time: .*$/m, 'time: missing_at')] as const),
    ...(['mapping/no-time', 'Part of the mapping Time of the event'] as const),
  ],
  [
    ...(['a contact', MAPPING, replace(/^contact: \|\n.*$/m, 'contact: $number(title)')] as const),
    ...(['expression/D3030', 'Part of the mapping Contact of the event'] as const),
  ],
  [
    ...(['parts', MAPPING, replace(/^each: \|\n {2}\(\n/m, 'each: |\n  (\n    $number(title);\n')] as const),
    ...(['expression/D3030', 'Part of the mapping Parts that are counted (each)'] as const),
  ],
  [
    ...(['an attribute of the profile', PROFILE, replace(/first_name: .*/, 'first_name: $number(name)')] as const),
    ...(['expression/D3030', 'Profile attribute first_name'] as const),
  ],
  [
    ...(['a property of the profile', PROFILE, replace(/Contact Role: .*/, 'Contact Role: $number(role)')] as const),
    ...(['expression/D3030', 'Profile property Contact Role'] as const),
  ],
]

test.each(faults)('%s that fails is named with its line on each page', async (_, path, change, code, facts) => {
  const { pages, open, event, spec } = await scene({ [path]: change })
  expect(event.fault).toMatchObject({ code, place: expect.stringContaining(`${path}:`) })
  for (const page of pages) {
    const html = await open(page)
    expect(textOf(html), page).toContain(`${facts} `)
    const [, name = '', line = ''] =
      /class="place" href="\/mappings\/file\?name=([^&"]+)&amp;line=(\d+)"/.exec(html) ?? []
    expect(decodeURIComponent(name), page).toBe(path)
    const source = spec.sourceFiles.find((file) => file.path === path)
    expect(source?.line(Number(line)), page).toMatch(/title|missing|source\.id|\(type\)|\(name\)|\(role\)/)
  }
})

const refusals: readonly (readonly [pointer: string, facts: string, file: string, line: RegExp])[] = [
  ['/data/attributes/properties/Rating Given To', 'Property Rating Given To', MAPPING, /^ {2}Rating Given To:/],
  [
    '/data/attributes/properties/Conversation Rating/0/x',
    'Property Conversation Rating',
    MAPPING,
    /^ {2}Conversation Rating:/,
  ],
  ['/data/attributes/unique_id', 'Part of the mapping Event key', MAPPING, /^key:/],
  ['/data/attributes/time', 'Part of the mapping Time of the event', MAPPING, /^time:/],
  ['/data/attributes/profile/data/attributes/email', 'Profile attribute email', PROFILE, /^ {2}email:/],
  ['/data/attributes/profile/email', 'Profile attribute email', PROFILE, /^ {2}email:/],
  [
    '/data/attributes/profile/data/attributes/properties/Contact Role',
    'Profile property Contact Role',
    PROFILE,
    /^ {2}Contact Role:/,
  ],
]

test.each(refusals)('a refusal that points at %s names %s and its line', async (pointer, facts, file, line) => {
  const { pages, open, spec } = await scene({}, pointer)
  for (const page of pages) {
    const html = await open(page)
    expect(textOf(html), page).toContain(`${facts} ${file}:`)
    const [, number = ''] = new RegExp(`name=${encodeURIComponent(file)}&amp;line=(\\d+)"`).exec(html) ?? []
    expect(spec.sourceFiles.find(({ path }) => path === file)?.line(Number(number))).toMatch(line)
  }
})

test('a group quotes what the destination answered', async () => {
  const { event, pages, open } = await scene({}, '/data/attributes/time')
  const quotation = `<blockquote dir="auto">${event.fault?.detail}</blockquote>`
  for (const page of pages.slice(2)) expect(await open(page), page).toContain(quotation)
})

test('the names of the spec are readable in an answer and in its pointer, and no value is', async () => {
  const changes = { [MAPPING]: append('  Größe (cm): title') }
  const pointer = '/data/attributes/properties/Größe (cm)/0'
  const detail = "The properties 'Größe (cm)' and Contact Role of Rated Conversation are too long: 'Ada Quillon'."
  const { pages, open } = await scene(changes, pointer, detail)
  for (const page of [pages[0] ?? '', pages[2] ?? '']) {
    const text = textOf(await open(page)).replaceAll('&#39;', "'")
    expect(text, page).toContain(
      "The properties 'Größe (cm)' and Contact Role of Rated Conversation are too long: '•••",
    )
    expect(text, page).toContain(`Property Größe (cm) ${MAPPING}:`)
    expect(text, page).not.toContain('Quillon')
  }
})

test('a refusal without a pointer, and one of a part that no mapping gives, name no property', async () => {
  for (const pointer of ['', '/data/type', '/data/attributes/metric/data/attributes/name']) {
    const { event, pages, open } = await scene({}, pointer)
    expect(event.fault?.fields).toBeUndefined()
    expect(await open(pages[3] ?? '')).not.toMatch(/<dt>(Property|Part of the mapping)/)
  }
})

describe('the values', () => {
  test.each([
    ['that an expression reads', { [MAPPING]: append('  Score: $number(title)') }, undefined],
    ['that Klaviyo refuses', { [MAPPING]: append('  Score: title') }, '/data/attributes/properties/Score'],
  ])('%s and the person are masked until they are revealed', async (_, changes, pointer) => {
    const { pages, open, client, event, groupPath, person } = await scene(changes, pointer)
    for (const page of [pages[0] ?? '', groupPath]) {
      expect(await open(page)).not.toContain('ann@example.com')
      expect(textOf(await open(page)), page).toMatch(/(In the newest record|The values in question) Score /)
      const answer = await client.post('/records/reveal', { seq: `${event.seq}`, back: page }, { from: page })
      expect(answer.headers.get('location')).toBe(page)
      const shown = await open(page)
      expect(shown, page).toContain('ann@example.com')
      expect(shown, page).toContain(person.email)
      await client.post('/records/hide', { seq: `${event.seq}`, back: page }, { from: page })
    }
  })

  test('have an identifier that was refused once', async () => {
    const { pages, open } = await scene({}, '/data/attributes/profile/data/attributes/email')
    const [, values = ''] = /<dl class="facts explained">(.*?)<\/dl>/s.exec(await open(pages[0] ?? '')) ?? []
    const names = [...values.matchAll(/<dt dir="auto">([^<]*)/g)].map(([, name]) => name)
    expect(names.filter((name) => name === 'email')).toEqual(['email'])
    expect(names).toEqual([...new Set(names)])
  })

  test('are shown of no other group than one that failed', async () => {
    const { client, event } = await scene({ [MAPPING]: append('  Score: $number(title)') })
    const back = '/failed-events?group=x"><script>'
    const answer = await client.post('/records/reveal', { seq: `${event.seq}`, back }, { from: '/find' })
    expect(answer.headers.get('location')).toBe('/find')
  })
})

describe('by a spec that has changed since', () => {
  const lines = '# one\n# two\n# three\n'

  test('the line is that of the field now', async () => {
    const changes = { [MAPPING]: append('  Score: $number(title)') }
    const { shop, event, groupPath } = await scene(changes)
    const moved = await brokenSpec({ [MAPPING]: (file) => `${lines}${append('  Score: $number(title)')(file)}` })
    const [, line = ''] = /:(\d+):/.exec(event.fault?.place ?? '') ?? []
    const { browser, clock } = consoleOf(shop, moved)
    for (const path of [groupPath, `/events/${event.id}`, `/records/${event.seq}`]) {
      const html = await clock.until(browser.text(path))
      expect(html, path).toContain(`line=${Number(line) + 3}"`)
      expect(html, path).not.toContain(`line=${line}"`)
      if (!path.startsWith('/records')) expect(html, path).toMatch(/placed marked.*Score: \$number/)
    }
  })

  test('a field that is gone has only the line of the version that ran', async () => {
    const { shop, event, groupPath } = await scene({ [MAPPING]: append('  Score: $number(title)') })
    const [entry] = await shop.store.trace(event.record)
    const { browser, clock } = consoleOf(shop, await brokenSpec({}))
    const [, line = ''] = /:(\d+):/.exec(event.fault?.place ?? '') ?? []
    for (const path of [groupPath, `/events/${event.id}`, `/records/${event.seq}`]) {
      const html = await clock.until(browser.text(path))
      expect(textOf(html), path).toContain(`${MAPPING} , line ${line} of the version that ran then`)
      expect(html, path).toContain(`href="/mappings/versions?spec=${entry?.outcome?.spec}"`)
      expect(html, path).not.toContain('class="placed')
    }
  })
})

test('a contact that is not remembered leaves the cause unknown, and is no contact without an address', async () => {
  const { shop, event, groupPath } = await scene({ [MAPPING]: append('  Score: $number(title)') })
  const mended = await brokenSpec({})
  const preview: Shop['connector']['preview'] = ({ lookupFallback: _, ...input }) =>
    shop.connector.preview({ ...input, spec: mended })
  const { browser, clock } = consoleOf(shop, shop.connector.spec, { preview })
  const page = textOf(await clock.until(browser.text(groupPath)))
  expect(page).toContain('The contact is not known here now: retry one record first.')
  expect(page).not.toContain('Cause gone')
  expect(await browser.text(groupPath)).toContain('<button class="plain">Retry this record</button>')
  const record = textOf(await clock.until(browser.text(`/records/${event.seq}`)))
  expect(record).toContain('The contact is not known here now, so this does not show whether the event is sent.')
  expect(record).not.toContain('no e-mail address or phone number yet')
})
