/** Wrong answers under a 200, items without an id, pages that are too large: each is told, and none ends an import as done while it is short. */
import { describe, expect, test } from 'vitest'
import type { BackfillOptions, BackfillProgress } from '../../../runtime/backfill/types.ts'
import { reportToJson } from '../../../runtime/cli/output/report.ts'
import type { VirtualClock } from '../../../runtime/conformance/virtual-clock.ts'
import type { Connector } from '../../../runtime/connector.ts'
import type { Spec } from '../../../runtime/spec/spec.ts'
import { runCommand } from '../../helpers/cli-fake.ts'
import { type HarnessOptions, startConnector } from '../../helpers/connector-harness.ts'
import { loadChangedSpec } from '../../helpers/spec/changed-spec.ts'

const ONLY = [
  'Created Conversation',
  'Rated Conversation',
  'Replied to Conversation',
  'Created Ticket',
  'Resolved Ticket',
]

type Shop = Awaited<ReturnType<typeof startConnector>>

async function run(connector: Connector, clock: VirtualClock, options: Partial<BackfillOptions> = {}) {
  const all = async () => {
    let last: BackfillProgress | undefined
    const { signal } = new AbortController()
    for await (const progress of connector.backfill({ only: ONLY, ...options, signal })) last = progress
    if (last === undefined) throw new Error('the import reported no progress')
    return last
  }
  return clock.until(all())
}

const SIZES: HarnessOptions = { conversations: 200, tickets: 160 }

/** As many pages, of a fifth of the records. */
const SMALL: HarnessOptions = {
  conversations: 40,
  tickets: 32,
  connector: {
    settings: {
      spec: await loadChangedSpec({ 'connector.yaml': (text) => text.replaceAll('{ max: 150,', '{ max: 30,') }),
    },
  },
}

const keysOf = ({ klaviyo }: Pick<Shop, 'klaviyo'>) =>
  klaviyo
    .events()
    .map(({ key }) => key)
    .sort()

const imported = new Map<HarnessOptions, Promise<readonly (string | undefined)[]>>()
/** The keys of an import that nothing disturbs. */
function undisturbed(sizes = SIZES) {
  const found = imported.get(sizes)
  if (found !== undefined) return found
  const keys = startConnector(sizes).then(async (shop) => {
    await run(shop.connector, shop.clock)
    return keysOf(shop)
  })
  imported.set(sizes, keys)
  return keys
}

/** Intercom whose answers at `path` are altered while `isWrong`; counts them. */
async function startWith(
  path: RegExp,
  alter: (answer: Response, asked: number) => Promise<Response> | Response,
  sizes = SIZES,
) {
  let asked = 0
  let isWrong = true
  const shop: Shop = await startConnector({
    ...sizes,
    intercept: async (request) => {
      const { pathname, hostname } = new URL(request.url)
      if (!isWrong || !hostname.includes('intercom') || !path.test(pathname)) return undefined
      return alter(await shop.intercom.fetch(request), ++asked)
    },
  })
  return { ...shop, asked: () => asked, heal: () => (isWrong = false) }
}

const ERROR_LIST = { type: 'error.list', request_id: null, errors: [{ code: 'server_error', message: 'Server Error' }] }

const WRONG: readonly [string, () => Response][] = [
  ['an error list', () => Response.json(ERROR_LIST)],
  ['an error list without errors', () => Response.json({ type: 'error.list' })],
  ['an empty object', () => Response.json({})],
  ['torn JSON', () => new Response('{"type":"list","data":[{"type":"con')],
  ['null', () => Response.json(null)],
  ['a text', () => Response.json('Service unavailable')],
]

const REQUESTS: readonly [string, RegExp][] = [
  ['conversations', /^\/conversations\/search$/],
  ['tickets', /^\/tickets\/search$/],
  ['the sweep of contacts', /^\/contacts$/],
  ['conversations fetched in full', /^\/conversations\/\d+$/],
  ['tags of a contact', /^\/contacts\/[^/]+\/tags$/],
  ['teammates', /^\/admins$/],
]

describe.each(REQUESTS)('for %s', (name, path) => {
  test.each(WRONG)('%s under 200 is asked again, and nothing is lost', async (_, wrong) => {
    const expected = await undisturbed(SMALL)
    const shop = await startWith(path, (answer, asked) => (asked % 3 === 0 || asked > 9 ? answer : wrong()), SMALL)
    const last = await run(shop.connector, shop.clock)
    if (!name.startsWith('tags')) expect(shop.asked()).toBeGreaterThan(1)
    expect(last).toMatchObject({ phase: 'done', dead: 0 })
    expect(keysOf(shop)).toEqual(expected)
  })
})

describe.each(REQUESTS.slice(0, 3))('for %s', (_, path) => {
  test.each(WRONG)('%s without end stops the import, and the same command goes on', async (_, wrong) => {
    const expected = await undisturbed(SMALL)
    const shop = await startWith(path, (answer, asked) => (asked > 1 ? wrong() : answer), SMALL)
    const error = await run(shop.connector, shop.clock).catch((error: unknown) => error)
    expect(error).toMatchObject({
      kind: 'transient',
      code: expect.stringMatching(/unexpected-response|invalid-page|not-json/),
    })
    expect((await shop.connector.lastBackfill())?.phase).not.toBe('done')
    shop.heal()
    expect(await run(shop.connector, shop.clock)).toMatchObject({ phase: 'done', resumed: true, dead: 0 })
    expect(keysOf(shop)).toEqual(expected)
  })
})

describe('items without an id', () => {
  type Item = Record<string, unknown>
  const withItems = (change: (items: Item[]) => unknown[]) => async (answer: Response) => {
    const { conversations, ...page } = (await answer.json()) as { conversations: Item[] }
    return Response.json({ ...page, conversations: change(conversations) })
  }

  test.each<[string, (items: Item[]) => unknown[], number]>([
    ['one object', (items) => items.map((item, at) => (at === 1 ? { ...item, id: null } : item)), 2],
    ['null, a text, a list and a number', (items) => [null, null, 'text', [1], 7, ...items.slice(5)], 10],
  ])('%s: set apart as dead letters, the rest is imported', async (_, change, dead) => {
    const shop = await startWith(/^\/conversations\/search$/, withItems(change))
    const last = await run(shop.connector, shop.clock)
    expect(last).toMatchObject({ phase: 'done', dead, deadByReason: { 'stream/no-id': dead } })
    expect(last.streams.find(({ stream }) => stream === 'conversations')).toMatchObject({
      recordsRead: 200,
      total: 200,
    })
    expect(reportToJson(last)).toMatchObject({ finished: true, deadByReason: { 'stream/no-id': dead } })
    const letters = await shop.store.listDeadLetters({ limit: 20 })
    expect(letters.map(({ body }) => typeof body)).toEqual(Array.from({ length: dead }, () => 'string'))
    const { out } = await runCommand(['runs', last.run, '--reason', 'stream/no-id'], { store: shop.store })
    expect(out.trim().split('\n')).toHaveLength(dead)
    const expected = await undisturbed()
    expect(expected).toEqual(expect.arrayContaining([...keysOf(shop)]))
    expect(keysOf(shop).length).toBeGreaterThan(expected.length * 0.9)
  })

  test('a corrected spec and a replay reach the mappings', async () => {
    const rename = withItems((items) =>
      items.map(({ id, ...item }, at) => (at === 1 ? { ...item, uuid: id } : { id, ...item })),
    )
    const shop = await startWith(/^\/conversations\/search$/, rename)
    expect(await run(shop.connector, shop.clock)).toMatchObject({ phase: 'done', dead: 2 })
    const settings = { spec: withId(shop.spec) }
    const corrected = await startConnector({ ...SIZES, clock: shop.clock, connector: { store: shop.store, settings } })
    expect(await shop.store.replay('all')).toBe(2)
    await corrected.work(60_000)
    expect(await shop.store.countDeadLetters()).toBe(2) // the key of these mappings reads the id itself
    const faults = (await shop.store.listDeadLetters({ limit: 10 })).map(
      ({ outcome }) => outcome?.status === 'dead' && outcome.fault.code,
    )
    expect(faults).toEqual(['mapping/no-key', 'mapping/no-key'])
    expect(
      corrected.klaviyo.events().filter(({ metric }) => metric === 'Replied to Conversation').length,
    ).toBeGreaterThan(0)
  })

  test('a first page without any id is a mistake of the spec, and stops the import', async () => {
    const shop = await startWith(
      /^\/conversations\/search$/,
      withItems((items) => items.map(({ id: _, ...item }) => item)),
    )
    await expect(run(shop.connector, shop.clock)).rejects.toMatchObject({ kind: 'config', code: 'stream/no-ids' })
    shop.heal()
    expect(await run(shop.connector, shop.clock)).toMatchObject({ phase: 'done', dead: 0 })
    expect(keysOf(shop)).toEqual(await undisturbed())
  })

  /** The spec with `id: "id ? id : uuid"` of conversations. */
  function withId(spec: Spec): Spec {
    const conversation = spec.resources.get('conversation')
    if (conversation === undefined) throw new Error('no resource conversation')
    const id = { ...conversation.id, evaluate: (item: unknown) => Object(item).id ?? Object(item).uuid }
    return { ...spec, resources: new Map([...spec.resources, ['conversation', { ...conversation, id }]]) }
  }
})

describe('pages of large records', () => {
  test('over the limit of an answer: one page fails, and the rest is read in pages that fit', async () => {
    const sizes: number[] = []
    const padding = ',"padding":"'.concat('x'.repeat(480_000), '"}')
    const shop = await startWith(/^\/tickets\/search$/, async (answer) => {
      const { tickets, ...page } = (await answer.json()) as { tickets: object[] }
      sizes.push(tickets.length)
      const padded = tickets.map((ticket) => JSON.stringify(ticket).slice(0, -1) + padding)
      return new Response(`{"tickets":[${padded.join()}],${JSON.stringify(page).slice(1)}`)
    })
    expect(await run(shop.connector, shop.clock)).toMatchObject({ phase: 'done', dead: 0 })
    expect(keysOf(shop)).toEqual(await undisturbed())
    const pages = sizes.filter((size) => size > 1)
    expect(pages.filter((size) => size * 480_000 > 64 * 1024 * 1024)).toHaveLength(1)
    expect(Math.max(...pages.slice(2))).toBeLessThanOrEqual(17)
  }, 60_000)

  test('that take too long: each size is asked for once', async () => {
    const asked: number[] = []
    const shop: Shop = await startConnector({
      ...SIZES,
      intercept: async (request) => {
        if (new URL(request.url).pathname !== '/tickets/search') return undefined
        const { pagination } = (await request.clone().json()) as { pagination: { per_page: number } }
        asked.push(pagination.per_page)
        return pagination.per_page <= 40 ? undefined : new Promise<Response>(() => undefined)
      },
    })
    expect(await run(shop.connector, shop.clock)).toMatchObject({ phase: 'done', dead: 0 })
    expect(keysOf(shop)).toEqual(await undisturbed())
    expect(asked.filter((size) => size > 1).slice(0, 4)).toEqual([150, 75, 37, 37])
  })
})
