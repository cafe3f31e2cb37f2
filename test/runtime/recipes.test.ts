/** Recipes at the local Klaviyo: created once, as drafts, from existing metrics; and the flows and segments that use them. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createKlaviyoRecipeTarget } from '../../connector/klaviyo/recipes.ts'
import { loadConnectorSpec } from '../../connector/spec.ts'
import { virtualClock } from '../../runtime/conformance/virtual-clock.ts'
import type { Fetch } from '../../runtime/ports/effects.ts'
import type { Recipe } from '../../runtime/ports/recipes.ts'
import type { JsonObject } from '../../runtime/ports/types.ts'
import { createRecipeBook } from '../../runtime/recipes.ts'
import type { Spec } from '../../runtime/spec/spec.ts'
import { memoryStore } from '../../runtime/store/memory/store.ts'
import { sqliteStore } from '../../runtime/store/sqlite/store.ts'
import { silentLogger } from '../../runtime/system.ts'
import { createKlaviyoSandbox } from '../../sandbox/klaviyo/server.ts'
import { never } from '../helpers/klaviyo.ts'
import { HEADERS, KEY, metric, single } from '../helpers/sandbox-klaviyo-bodies.ts'

const folder = mkdtempSync(join(tmpdir(), 'recipes-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let spec: Spec
beforeAll(async () => {
  spec = await loadConnectorSpec()
})

interface Setting {
  /** Stands between us and Klaviyo. */
  readonly through?: (request: Request, on: Fetch) => Promise<Response>
  readonly prefix?: string
}

/** A local Klaviyo that has got an event of each metric, and books that talk to it. */
async function scene(metrics: readonly string[], { through, prefix = '' }: Setting = {}) {
  const clock = virtualClock()
  let state = 1
  const random = () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
  const server = createKlaviyoSandbox({ clock, random, key: KEY, limits: true })
  const asked: { method: string; path: string; body: string }[] = []
  const post = async (path: string, body: unknown) => {
    const request = new Request(`http://k${path}`, { method: 'POST', headers: HEADERS, body: JSON.stringify(body) })
    return (await server.fetch(request)).status
  }
  for (const name of metrics) await post('/api/events', single({ metric: metric(name), unique_id: name }))
  const on: Fetch = async (request) => {
    const { pathname } = new URL(request.url)
    asked.push({ method: request.method, path: pathname, body: await request.clone().text() })
    return server.fetch(request)
  }
  const fetch: Fetch = through === undefined ? on : (request) => through(request, on)
  const to = {
    spec: { ...spec.destination, metricPrefix: prefix },
    apiKey: KEY,
    fetch,
    clock,
    random,
    logger: silentLogger,
  }
  const shared = memoryStore({ clock })
  const book = (kept = shared) => createRecipeBook({ spec, target: createKlaviyoRecipeTarget(to), store: kept, clock })
  const made = () => asked.filter(({ method }) => method === 'POST')
  return { clock, server, book, made, post }
}

const recipe = (id: string): Recipe => {
  const found = spec.recipes.find((one) => one.id === id)
  if (found === undefined) throw new Error(`no recipe ${id}`)
  return found
}

const SHIPPED = ['after-a-rating', 'low-rating', 'submitted-ticket']
const BOTH = ['Submitted Ticket', 'Rated Conversation']

describe('a recipe', () => {
  test('the package ships three', () => {
    expect(spec.recipes.map(({ id }) => id)).toEqual(SHIPPED)
  })

  test.each(SHIPPED)('%s is previewed, created once, then found', async (id) => {
    const { clock, book, made } = await scene(BOTH)
    const before = await clock.until(book().status(recipe(id), never))
    expect(before.state).toBe('ready')
    expect(made()).toEqual([])
    const first = await clock.until(book().apply(recipe(id), never))
    expect(first).toMatchObject({
      state: 'exists',
      created: true,
      resource: { name: recipe(id).name, kind: recipe(id).kind },
    })
    expect(made().map(({ body }) => JSON.parse(body))).toEqual([before.state === 'ready' && before.body])
    expect(await clock.until(book().apply(recipe(id), never))).toEqual({ ...first, created: false })
    expect(await clock.until(book().status(recipe(id), never))).toEqual({ ...first, created: false })
    expect(made()).toHaveLength(1)
  })

  test('counts customer tickets only: teammates submit the other categories', async () => {
    const { clock, book } = await scene(BOTH)
    const state = await clock.until(book().status(recipe('submitted-ticket'), never))
    const filter = { type: 'string', operator: 'equals', value: 'Customer' }
    expect(JSON.stringify(state)).toContain(
      JSON.stringify({ metric_filters: [{ property: 'Category', filter }] }).slice(1, -1),
    )
  })

  test('names metrics by their ids at the destination, prefix included', async () => {
    const { clock, book } = await scene(['Desk: Submitted Ticket', 'Submitted Ticket'], { prefix: 'Desk: ' })
    const plain = await scene(['Submitted Ticket'])
    const [ours, theirs] = await Promise.all([
      clock.until(book().status(recipe('submitted-ticket'), never)),
      plain.clock.until(plain.book().status(recipe('submitted-ticket'), never)),
    ])
    expect(ours.state).toBe('ready')
    expect(ours).not.toEqual(theirs)
  })

  test('names metrics that do not exist yet, and creates nothing', async () => {
    const { clock, book, made } = await scene(['Submitted Ticket'])
    const state = await clock.until(book().apply(recipe('low-rating'), never))
    expect(state).toMatchObject({ state: 'no-metric', missing: ['Rated Conversation'] })
    expect(made()).toEqual([])
    expect(JSON.stringify(state)).toContain('{"metric":"Rated Conversation"}')
  })

  test('is found by name if created elsewhere, and by id if renamed', async () => {
    const { clock, book, made, post } = await scene(BOTH)
    const seen = await clock.until(book().status(recipe('low-rating'), never))
    expect(await post('/api/segments', seen.state === 'ready' && seen.body)).toBe(201)
    const found = await clock.until(book().apply(recipe('low-rating'), never))
    expect(found).toMatchObject({ state: 'exists', created: false })
    const renamed = { ...recipe('low-rating'), name: 'Another name' }
    await clock.advance(5000)
    expect(await clock.until(book().status(renamed, never))).toMatchObject({ state: 'ready' })
    expect(made()).toEqual([])
  })

  const stores = {
    'one memory store': async () => {
      const store = memoryStore({ clock: virtualClock() })
      return [store, store]
    },
    'two processes on one file': () => {
      const clock = virtualClock()
      return Promise.all([1, 2].map(() => sqliteStore(join(folder, 'two.db'), { clock })))
    },
  }
  test.each(Object.entries(stores))('is created once by two concurrent callers: %s', async (_, open) => {
    const both = await open()
    const { clock, made, book } = await scene(BOTH)
    const asking = [...both, ...both, ...both].map((store) => book(store).apply(recipe('after-a-rating'), never))
    const states = await clock.until(Promise.all(asking))
    expect(made()).toHaveLength(1)
    expect(states.filter((state) => state.state === 'exists' && state.created)).toHaveLength(1)
    expect(new Set(states.map((state) => state.state === 'exists' && state.resource.id)).size).toBe(1)
    for (const one of new Set(both)) await one.close()
  })

  test('is not created again while the outcome of the first request is unknown', async () => {
    let lost = true
    const { clock, book, made } = await scene(BOTH, {
      async through(request, on) {
        const response = await on(request)
        if (request.method !== 'POST' || !lost) return response
        lost = false
        throw new TypeError('the connection broke')
      },
    })
    await expect(clock.until(book().apply(recipe('low-rating'), never))).rejects.toMatchObject({
      code: 'klaviyo/network',
    })
    await expect(clock.until(book().apply(recipe('low-rating'), never))).rejects.toMatchObject({
      code: 'recipe/in-progress',
    })
    await clock.advance(120_000)
    expect(await clock.until(book().apply(recipe('low-rating'), never))).toMatchObject({
      state: 'exists',
      created: false,
    })
    expect(made()).toHaveLength(1)
  })

  test('can be applied again after a rate limit', async () => {
    let full = true
    const slow = () => new Response(null, { status: 429, headers: { 'retry-after': '30' } })
    const { clock, book } = await scene(BOTH, {
      through: async (request, on) => (request.method === 'POST' && full ? slow() : on(request)),
    })
    await expect(clock.until(book().apply(recipe('low-rating'), never))).rejects.toMatchObject({ kind: 'transient' })
    full = false
    expect(await clock.until(book().apply(recipe('low-rating'), never))).toMatchObject({ created: true })
  })

  test('with live actions is rejected before it is sent', async () => {
    const { clock, book, made } = await scene(BOTH)
    const live = structuredClone(recipe('after-a-rating')) as { definition: { actions: JsonObject[] } } & Recipe
    live.definition.actions.push({ type: 'send-email', data: { status: 'live', message: {} } })
    for (const call of ['status', 'apply'] as const) {
      await expect(clock.until(book()[call](live, never))).rejects.toMatchObject({ code: 'klaviyo/live-flow' })
    }
    expect(made()).toEqual([])
  })

  test('a key without the scope is named, and the next call is not blocked', async () => {
    let allowed = false
    const forbidden = () => Response.json({ errors: [{ code: 'permission_denied' }] }, { status: 403 })
    const { clock, book } = await scene(BOTH, {
      through: async (request, on) => (request.method === 'POST' && !allowed ? forbidden() : on(request)),
    })
    const refused = clock.until(book().apply(recipe('low-rating'), never))
    await expect(refused).rejects.toMatchObject({ kind: 'config', message: expect.stringContaining('segments:write') })
    allowed = true
    expect(await clock.until(book().apply(recipe('low-rating'), never))).toMatchObject({ created: true })
  })
})

describe('dependents', () => {
  test('are empty while no metric exists', async () => {
    const { clock, book } = await scene([])
    expect(await clock.until(book().findDependents(never))).toEqual({ flows: [], segments: [], unreadable: [] })
  })

  test('flows that a metric triggers, segments that use one, and flows of those segments', async () => {
    const { clock, book, post } = await scene(BOTH)
    const ours = book()
    for (const id of SHIPPED) await clock.until(ours.apply(recipe(id), never))
    const { segments } = await clock.until(ours.findDependents(never))
    const low = segments.find(({ name }) => name === recipe('low-rating').name)
    const behind = {
      name: 'Behind it',
      definition: {
        triggers: [{ type: 'segment', id: low?.id }],
        entry_action_id: 'a',
        actions: [{ temporary_id: 'a', type: 'time-delay' }],
      },
    }
    await clock.advance(60_000)
    expect(await post('/api/flows', { data: { type: 'flow', attributes: behind } })).toBe(201)
    const other = { condition_groups: [{ conditions: [{ type: 'profile-property', property: 'email' }] }] }
    for (let i = 0; i < 12; i++) {
      await clock.advance(60_000)
      await post('/api/segments', { data: { type: 'segment', attributes: { name: `Other ${i}`, definition: other } } })
    }
    const heard = await clock.until(book().findDependents(never))
    expect(heard).toMatchObject({
      flows: [{ metric: 'Rated Conversation', status: 'draft', name: recipe('after-a-rating').name }],
      unreadable: [],
    })
    expect(
      heard.segments.map(({ name, metrics, flows }) => [name, metrics, flows.map((flow) => flow.name)]).sort(),
    ).toEqual([
      [recipe('low-rating').name, ['Rated Conversation'], ['Behind it']],
      [recipe('submitted-ticket').name, ['Submitted Ticket'], []],
    ])
  })

  test('names unreadable parts, and returns the rest', async () => {
    const { clock, book } = await scene(BOTH, {
      through: async (request, on) =>
        request.url.includes('/flow-triggers')
          ? Response.json({ errors: [{ code: 'permission_denied' }] }, { status: 403 })
          : on(request),
    })
    await clock.until(book().apply(recipe('low-rating'), never))
    const heard = await clock.until(book().findDependents(never))
    expect(heard.segments).toHaveLength(1)
    expect(heard.unreadable).toMatchObject([{ kind: 'config', message: expect.stringContaining('flows:read') }])
  })
})
