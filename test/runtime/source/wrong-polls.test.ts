/** A pass whose answers are wrong under a 200, or whose items lack an id or a time: asked again, told, and never the end of polling. */
import { describe, expect, test } from 'vitest'
import type { ReconcilePass } from '../../../runtime/reconcile/types.ts'
import { startConnector } from '../../helpers/connector-harness.ts'

const MINUTE = 60_000

type Alter = (answer: Response, asked: number) => Promise<Response> | Response

/** A shop in which forty things happen after the first pass, no webhook arrives, and answers at `path` are altered. */
async function openShop(path?: RegExp, alter?: Alter) {
  let asked = 0
  let isWrong = false
  const shop: Awaited<ReturnType<typeof startConnector>> = await startConnector({
    conversations: 30,
    tickets: 20,
    activityRandom: lcg(7),
    intercept: async (request) => {
      const { pathname, hostname } = new URL(request.url)
      if (!isWrong || !hostname.includes('intercom') || !path?.test(pathname) || alter === undefined) return undefined
      return alter(await shop.intercom.fetch(request), ++asked)
    },
  })
  const reconcile = async (): Promise<ReconcilePass | undefined> => {
    const { signal } = new AbortController()
    const pass = await shop.clock.until(shop.connector.reconcile({ signal }))
    await shop.work(5 * MINUTE)
    return pass
  }
  await reconcile()
  for (let i = 0; i < 40; i++) {
    await shop.clock.until(shop.intercom.act())
    await shop.clock.advance(7_000)
  }
  await shop.clock.advance(3 * MINUTE)
  isWrong = true
  const keys = () =>
    shop.klaviyo
      .events()
      .map(({ key }) => key)
      .sort()
  return { ...shop, reconcile, keys, asked: () => asked, heal: () => (isWrong = false) }
}

function lcg(seed: number) {
  let state = seed
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32
    return state / 2 ** 32
  }
}

let whole: Promise<readonly (string | undefined)[]> | undefined
const undisturbed = () => {
  whole ??= openShop().then(async (shop) => {
    await shop.reconcile()
    return shop.keys()
  })
  return whole
}

const WRONG: readonly [string, () => Response][] = [
  ['an error list', () => Response.json({ type: 'error.list', errors: [{ code: 'server_error', message: 'x' }] })],
  ['an error list without errors', () => Response.json({ type: 'error.list' })],
  ['an empty object', () => Response.json({})],
  ['torn JSON', () => new Response('{"type":"list","data":[{"type":"con')],
]

describe.each([
  ['changed conversations', /^\/conversations\/search$/],
  ['changed tickets', /^\/tickets\/search$/],
  ['changed contacts', /^\/contacts\/search$/],
  ['a conversation in full', /^\/conversations\/\d+$/],
  ['a contact', /^\/contacts\/[0-9a-f]{10,}$/],
])('for %s', (_, path) => {
  test.each(WRONG)('%s under 200 delays the pass, and loses nothing', async (_, wrong) => {
    const shop = await openShop(path, (answer, asked) => (asked > 3 ? answer : wrong()))
    // A pass that fails is tried again.
    for (let tries = 0; tries < 5; tries++) if (await shop.reconcile().catch(() => undefined)) break
    await shop.work(30 * MINUTE)
    expect(shop.asked()).toBeGreaterThan(1)
    expect(shop.keys()).toEqual(await undisturbed())
    expect(await shop.store.countDeadLetters()).toBe(0)
  })
})

type Item = Record<string, unknown>
const withTickets = (change: (items: Item[]) => unknown[]) => async (answer: Response) => {
  const { tickets, ...page } = (await answer.json()) as { tickets: Item[] }
  return Response.json({ ...page, tickets: change(tickets) })
}

test('items without an id are set apart once, and the pass goes on', async () => {
  const change = withTickets((items) => [null, 'text', { ...items[0], id: null }, ...items])
  const shop = await openShop(/^\/tickets\/search$/, change)
  const pass = await shop.reconcile()
  expect(pass?.streams.find(({ stream }) => stream === 'tickets')?.withoutId).toBe(3)
  expect(shop.keys()).toEqual(await undisturbed())
  expect(await shop.store.countDeadLetters()).toBe(3)
  await shop.clock.advance(MINUTE)
  await shop.reconcile()
  expect(await shop.store.countDeadLetters()).toBe(3)
})

test('an item without a time is read all the same; if all lack it, the spec is wrong', async () => {
  const first = await openShop(
    /^\/tickets\/search$/,
    withTickets(([one, ...rest]) => [{ ...one, updated_at: null }, ...rest]),
  )
  await first.reconcile()
  expect(first.keys()).toEqual(await undisturbed())

  const all = await openShop(
    /^\/tickets\/search$/,
    withTickets((items) => items.map((item) => ({ ...item, updated_at: null }))),
  )
  await expect(all.reconcile()).rejects.toMatchObject({ kind: 'config', code: 'reconcile/no-time' })
  all.heal()
  await all.reconcile()
  expect(all.keys()).toEqual(await undisturbed())
})

test('a cursor that is new on each page ends the pass with a fault, and the next one goes on', async () => {
  let page: Promise<Item> | undefined
  const shop = await openShop(/^\/tickets\/search$/, async (answer, asked) => {
    page ??= answer.json() as Promise<Item>
    const again = await page
    return Response.json({ ...again, total_count: undefined, pages: { next: { starting_after: `c${asked}` } } })
  })
  await expect(shop.reconcile()).rejects.toMatchObject({ code: 'stream/repeated-cursor' })
  expect(shop.asked()).toBeLessThan(10)
  shop.heal()
  await shop.reconcile()
  expect(shop.keys()).toEqual(await undisturbed())
})
