/** Property coverage: what is counted of the newest events, over changes of the spec and several processes, without a person's data. */
import { describe, expect, test } from 'vitest'
import { virtualClock } from '../../../../runtime/conformance/virtual-clock.ts'
import { coverageCheckpoint } from '../../../../runtime/lib/checkpoint-names.ts'
import {
  CoverageCounts,
  isNeverPresent,
  isUnseen,
  readCoverage,
} from '../../../../runtime/mapping/coverage/stored-coverage.ts'
import type { JsonObject } from '../../../../runtime/ports/types.ts'
import type { Property, Spec } from '../../../../runtime/spec/spec.ts'
import { memoryStore } from '../../../../runtime/store/memory/store.ts'

const METRIC = 'Created Ticket'
const property = (name: string, text = name.toLowerCase(), more: Partial<Property> = {}): Property =>
  ({ name, expr: { text, place: `mappings/a.yaml:1:1` }, whenMissing: { action: 'omit' }, ...more }) as Property
const specOf = (...properties: readonly Property[]): Spec =>
  ({
    mappings: [{ metric: METRIC, properties }],
    profile: { attributes: [], properties: [] },
    sourceFiles: [{ path: 'mappings/a.yaml', text: 'expr: state = "paid"' }],
  }) as unknown as Spec

const openStore = () => memoryStore({ clock: virtualClock() })
type Store = ReturnType<typeof openStore>

/** Adds what one process has counted. */
async function add(store: Store, spec: Spec, events: readonly JsonObject[]) {
  const counts = new CoverageCounts(spec)
  const event = { kind: 'event', metric: METRIC, time: '', key: '', profile: {} } as const
  for (const properties of events) counts.add(METRIC, { ...event, properties })
  await counts.addTo(store)
}
const read = (store: Store, spec: Spec) => readCoverage(METRIC, { spec, store })
const times = (count: number, event: JsonObject) => Array.from({ length: count }, () => event)
const find = async (store: Store, spec: Spec, name: string) =>
  (await read(store, spec)).properties.find((one) => one.name === name)

describe('property coverage', () => {
  test('counts each property, and lists those never present with their place', async () => {
    const spec = specOf(property('Title'), property('State'))
    const store = openStore()
    await add(store, spec, [{ Title: 'Where is my parcel?' }, { Title: null, State: '' }])
    expect((await read(store, spec)).events).toBe(2)
    expect(await find(store, spec, 'Title')).toMatchObject({ events: 2, present: 1, samples: ['text of 19'] })
    const never = { events: 2, present: 0, kinds: [], samples: [], place: 'mappings/a.yaml:1:1' }
    expect(await find(store, spec, 'State')).toMatchObject(never)
  })

  test('says never only of enough events, each since its mapping changed', async () => {
    const store = openStore()
    const marks = async (spec: Spec, name: string) => {
      const found = await find(store, spec, name)
      return found && { isNever: isNeverPresent(found), isUnseen: isUnseen(found) }
    }
    const spec = specOf(property('Title'), property('State'))
    expect(await marks(spec, 'State')).toEqual({ isNever: false, isUnseen: false })
    await add(store, spec, times(19, { Title: 'x' }))
    expect(await marks(spec, 'State')).toEqual({ isNever: false, isUnseen: true })
    expect(await marks(spec, 'Title')).toEqual({ isNever: false, isUnseen: false })
    await add(store, spec, [{ Title: 'x' }])
    expect(await marks(spec, 'State')).toEqual({ isNever: true, isUnseen: false })
    const changed = specOf(property('Title'), property('State', 'status'))
    await add(store, changed, [{ Title: 'x' }])
    expect(await marks(changed, 'State')).toEqual({ isNever: false, isUnseen: true })
  })

  test('keeps the newest 1,000 events at least, and forgets older ones', async () => {
    const spec = specOf(property('Title'))
    const store = openStore()
    await add(store, spec, times(250, { Title: 'x' }))
    for (let at = 0; at < 12; at += 1) await add(store, spec, times(100, {}))
    const { events } = await read(store, spec)
    expect(events).toBeGreaterThanOrEqual(1000)
    expect(events).toBeLessThan(1350)
    expect(await find(store, spec, 'Title')).toMatchObject({ events, present: 0 })
    expect(String(await store.readCheckpoint(coverageCheckpoint(METRIC))).length).toBeLessThan(2_000)
  })

  test('shows several types, the most frequent first, the newest samples, and no value', async () => {
    const spec = specOf(property('Title'))
    const store = openStore()
    const values = ['ada@harbour-books.example', 'Ada Quillon', 12, 491701234567]
    await add(store, spec, values.map((Title) => ({ Title })).concat([{ Title: 7 }, { Title: 8 }]))
    await add(store, spec, [{ Title: 'paid' }, { Title: true }])
    const found = await find(store, spec, 'Title')
    expect(found?.kinds).toEqual(['number', 'string', 'boolean'])
    expect(found?.samples).toEqual(['"paid"', 'true', 'text of 25'])
    expect(String(await store.readCheckpoint(coverageCheckpoint(METRIC)))).not.toMatch(/ada|quillon|4917/i)
  })

  test('counts a new or changed property only from events mapped since, and drops a removed one', async () => {
    const store = openStore()
    const before = specOf(property('Title'), property('State', 'stat'), property('Gone'))
    await add(store, before, times(10, { Title: 'x', Gone: 1 }))
    const after = specOf(property('Title'), property('State', 'state'), property('Owner'))
    expect(await find(store, after, 'State')).toMatchObject({ events: 0, present: 0 })
    await add(store, after, times(4, { Title: 'x', State: 'open' }))
    expect((await read(store, after)).events).toBe(14)
    expect(await find(store, after, 'Title')).toMatchObject({ events: 14, present: 14 })
    expect(await find(store, after, 'State')).toMatchObject({ events: 4, present: 4 })
    expect(await find(store, after, 'Owner')).toMatchObject({ events: 4, present: 0 })
    expect(await find(store, after, 'Gone')).toBeUndefined()
  })

  test('counts the members of a spread property and of a nested attribute', async () => {
    const spec = specOf(property('Field *', 'fields', { isSpread: true }), property('location.city'))
    const store = openStore()
    await add(store, spec, [{ 'Field Size': 'L', location: { city: 'Lisbon' } }, { location: { city: null } }])
    expect((await read(store, spec)).properties.map(({ name, present }) => [name, present])).toEqual([
      ['location.city', 1],
      ['Field Size', 1],
    ])
    expect(await find(store, specOf(property('location.city')), 'Field Size')).toBeUndefined()
  })

  test('loses no counts of processes that add at once', async () => {
    const spec = specOf(property('Title'))
    const store = openStore()
    await Promise.all(Array.from({ length: 5 }, () => add(store, spec, times(10, { Title: 'x' }))))
    expect(await find(store, spec, 'Title')).toMatchObject({ events: 50, present: 50 })
  })
})
