/** Property coverage: what is counted, described and left out, and that no person's data is in it. */
import { describe, expect, test } from 'vitest'
import type { Preview } from '../../../runtime/mapping/preview.ts'
import { measureCoverage } from '../../../runtime/plan/coverage.ts'
import type { LedgerEvent } from '../../../runtime/ports/ledger.ts'
import type { Json } from '../../../runtime/ports/types.ts'
import { loadDeskSpec } from '../../helpers/spec/desk-spec.ts'

const spec = await loadDeskSpec()
const [mapping] = spec.mappings
const metric = mapping?.metric ?? ''
const [first = '', second = ''] = mapping?.properties.map(({ name }) => name) ?? []

/** A store of events whose records hold the properties that the mappings make of them. Undefined: no longer kept. */
function partsOf(events: readonly (Record<string, Json> | undefined)[], step = 0) {
  let now = 0
  const all = events.map((_, at) => ({ id: at + 1, seq: at, metric, key: `k${at}` }) as unknown as LedgerEvent)
  const store = {
    events: async ({ before = Number.MAX_SAFE_INTEGER, limit }: { before?: number; limit: number }) =>
      [...all]
        .reverse()
        .filter(({ id }) => id < before)
        .slice(0, limit),
    readRecord: async (seq: number) => {
      const properties = events[seq]
      const body = JSON.stringify({ seq, properties })
      return properties === undefined ? undefined : { seq, topic: 'ticket.created', body }
    },
  }
  const preview = async ({ data }: { data: Json }) => {
    const { seq, properties } = data as { seq: number; properties: Json }
    const item = {
      metric: spec.destination.metricPrefix + metric,
      time: '',
      key: `k${seq}`,
      profile: {},
      properties,
    }
    return { items: [item], bodies: [], notes: [], silences: [], ok: true } as Preview
  }
  return { spec, store: store as never, preview, clock: { now: () => (now += step) } }
}

const LIMITS = { events: 1000, time: 1000 }
const find = (coverage: Awaited<ReturnType<typeof measureCoverage>>, name: string) =>
  coverage.properties.find((property) => property.name === name)

describe('coverage', () => {
  test('counts each property over several pages, and lists those never present', async () => {
    const parts = partsOf(Array.from({ length: 250 }, (_, at) => (at % 2 ? { [first]: 'Where is my parcel?' } : {})))
    const coverage = await measureCoverage(metric, LIMITS, parts)
    expect(coverage).toMatchObject({ events: 250, unmapped: 0, isCut: false })
    expect(find(coverage, first)).toMatchObject({ present: 125, kinds: ['string'], samples: ['text of 19'] })
    expect(find(coverage, second)).toMatchObject({ present: 0, kinds: [], samples: [] })
    expect(find(coverage, second)?.place).toMatch(/\.yaml:\d+:\d+$/)
  })

  test('shows several types, the most frequent first, and quotes no value', async () => {
    const values: Json[] = ['ada@harbour-books.example', 'Ada Quillon', 12, 491701234567, true]
    const parts = partsOf(values.map((value) => ({ [first]: value })))
    const coverage = await measureCoverage(metric, LIMITS, parts)
    expect(find(coverage, first)?.kinds).toEqual(['number', 'string', 'boolean'])
    expect(find(coverage, first)?.samples).toEqual(['true', 'number', '12'])
    expect(JSON.stringify(coverage)).not.toMatch(/ada|quillon|4917/i)
  })

  test('stops at the limit of events', async () => {
    const parts = partsOf(Array.from({ length: 30 }, () => ({ [first]: 'x' })))
    expect(await measureCoverage(metric, { ...LIMITS, events: 7 }, parts)).toMatchObject({ events: 7 })
  })

  test('stops when the time runs out, and says so', async () => {
    const parts = partsOf(
      Array.from({ length: 30 }, () => ({ [first]: 'x' })),
      300,
    )
    expect(await measureCoverage(metric, LIMITS, parts)).toMatchObject({ events: 3, isCut: true })
  })

  test('counts apart what cannot be mapped again', async () => {
    const coverage = await measureCoverage(metric, LIMITS, partsOf([undefined, { [first]: '' }, { [first]: 'x' }]))
    expect(coverage).toMatchObject({ events: 2, unmapped: 1 })
    expect(find(coverage, first)?.present).toBe(1)
  })
})
