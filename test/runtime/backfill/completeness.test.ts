/** An import that read fewer records than Intercom counts is never done: it says so, and the next run reads the rest. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, describe, expect, test } from 'vitest'
import { loadConnectorSpec, specFolder } from '../../../connector/spec.ts'
import type { BackfillProgress } from '../../../runtime/backfill/types.ts'
import type { VirtualClock } from '../../../runtime/conformance/virtual-clock.ts'
import type { Connector } from '../../../runtime/connector.ts'
import { startConnector } from '../../helpers/connector-harness.ts'

type Page = Record<string, unknown>

/** Intercom with answers of one stream altered until `heal`; `pageNumber` counts from 1. */
async function startWithFaults(path: string, alter: (page: Page, pageNumber: number) => Page) {
  let healed = false
  let number = 0
  const shop = await startConnector({
    conversations: 400,
    tickets: 300,
    intercept: async (request) => {
      if (healed || new URL(request.url).pathname !== path) return undefined
      const isCount = /"per_page": ?1\b/.test(await request.clone().text()) && number === 0
      const answer = await shop.intercom.fetch(request)
      if (isCount) return answer
      number += 1
      return Response.json(alter((await answer.json()) as Page, number))
    },
  })
  return { ...shop, heal: () => (healed = true) }
}

async function run(connector: Connector, clock: VirtualClock): Promise<BackfillProgress> {
  const all = async () => {
    let last: BackfillProgress | undefined
    for await (const progress of connector.backfill({ signal: new AbortController().signal })) last = progress
    if (last === undefined) throw new Error('the import reported no progress')
    return last
  }
  return clock.until(all())
}

const withoutList = ({ conversations: _, tickets: __, ...page }: Page): Page => page
const lastPage = ({ pages, ...page }: Page): Page => ({ ...page, pages: { ...(pages as Page), next: null } })

describe.each<[string, string, Parameters<typeof startWithFaults>[1]]>([
  ['a second page without its list', '/conversations/search', (page, n) => (n >= 2 ? withoutList(page) : page)],
  ['a first page without a cursor', '/conversations/search', lastPage],
  ['tickets without a list', '/tickets/search', withoutList],
  ['an empty page in between', '/tickets/search', (page, n) => (n >= 2 ? { ...page, tickets: [] } : page)],
])('%s', (_, path, alter) => {
  test('ends as incomplete, delivers what it read, and the next run reads the rest', async () => {
    const whole = await startConnector({ conversations: 400, tickets: 300 })
    await run(whole.connector, whole.clock)
    const shop = await startWithFaults(path, alter)

    const short = await run(shop.connector, shop.clock)
    expect(short).toMatchObject({ phase: 'incomplete', waiting: 0, dead: 0 })
    const stream = short.streams.find(({ missing }) => missing !== undefined)
    expect(stream?.done).toBe(false)
    expect((stream?.recordsRead ?? 0) + (stream?.missing ?? 0)).toBe(stream?.total)
    const other = short.streams.find(({ stream: name }) => name !== stream?.stream && name !== 'contacts')
    expect(other).toMatchObject({ done: true, recordsRead: other?.total })

    shop.heal()
    const rest = await run(shop.connector, shop.clock)
    expect(rest).toMatchObject({ phase: 'done', resumed: true, run: short.run, waiting: 0 })
    for (const { recordsRead, total } of rest.streams) expect(recordsRead).toBe(total)
    const keys = (klaviyo: typeof shop.klaviyo) =>
      klaviyo
        .events()
        .map(({ key }) => key)
        .sort()
    expect(keys(shop.klaviyo)).toEqual(keys(whole.klaviyo))
  })
})

test('few missing records are a warning', async () => {
  const shop = await startWithFaults('/conversations/search', (page) => ({
    ...page,
    total_count: Number(page.total_count) + 2,
  }))
  const last = await run(shop.connector, shop.clock)
  expect(last.phase).toBe('done')
  expect(last.streams.find(({ stream }) => stream === 'conversations')).toMatchObject({ done: true, missing: 2 })
})

test('a sweep of contacts that ends early is told too', async () => {
  const shop = await startWithFaults('/contacts', (page) => ({
    ...lastPage(page),
    data: (page.data as Page[]).slice(0, 50),
  }))
  const short = await run(shop.connector, shop.clock)
  expect(short.streams.find(({ stream }) => stream === 'contacts')).toMatchObject({ done: false })
  expect(short.phase).toBe('incomplete')
  shop.heal()
  expect((await run(shop.connector, shop.clock)).phase).toBe('done')
})

describe('a mistake in connector.yaml', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spec-'))
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  /** This package's spec with one line of one stream changed. */
  async function loadWith(stream: string, line: string, mistaken: string) {
    for (const part of ['fields.yaml', 'mappings', 'recipes'])
      cpSync(new URL(part, specFolder()), join(folder, part), { recursive: true })
    const yaml = readFileSync(new URL('connector.yaml', specFolder()), 'utf8')
    const start = yaml.indexOf(`\n  ${stream}:\n`, yaml.indexOf('\nstreams:'))
    const at = yaml.indexOf(`    ${line}\n`, start)
    expect(start).toBeGreaterThan(0)
    expect(at).toBeGreaterThan(start)
    writeFileSync(join(folder, 'connector.yaml'), yaml.slice(0, at) + yaml.slice(at).replace(line, mistaken))
    return loadConnectorSpec(pathToFileURL(`${folder}/`))
  }

  test.each([
    ['conversations', 'records: conversations', 'records: conversation', { done: false, recordsRead: 0, missing: 400 }],
    ['tickets', 'records: tickets', 'records: ticket', { done: false, recordsRead: 0, missing: 300 }],
    ['contacts', 'records: data', 'records: contacts', { done: false, recordsRead: 0 }],
    ['conversations', 'next: pages.next.starting_after', 'next: pages.next.starting_afer', { done: false, total: 400 }],
    ['tickets', 'next: pages.next.starting_after', 'next: page.next.starting_after', { done: false, total: 300 }],
    ['contacts', 'next: pages.next.starting_after', 'next: page.next.starting_after', { done: false }],
  ])('%s: "%s" as "%s" ends as incomplete', async (stream, line, mistaken, expected) => {
    const spec = await loadWith(stream, line, mistaken)
    const sizes = { conversations: 400, tickets: 300, contacts: 320 }
    const { connector, clock } = await startConnector({ ...sizes, connector: { settings: { spec } } })
    const last = await run(connector, clock)
    expect(last.phase).toBe('incomplete')
    expect(last.streams.find((one) => one.stream === stream)).toMatchObject(expected)
    for (const other of last.streams)
      if (other.stream !== stream) expect(other).toMatchObject({ done: true, recordsRead: other.total })
  })

  test('in `total` leaves the count unknown, and the import says so', async () => {
    const spec = await loadWith('conversations', 'total: total_count', 'total: total')
    const { connector, clock } = await startConnector({ conversations: 400, connector: { settings: { spec } } })
    const last = await run(connector, clock)
    const [conversations] = last.streams.filter(({ stream }) => stream === 'conversations')
    expect(conversations).toEqual({ stream: 'conversations', recordsRead: 400, done: true })
  })
})
