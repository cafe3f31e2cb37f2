/** Counting properties beside delivery: when it is written, and that a store that fails stops nothing. */
import { expect, test } from 'vitest'
import { virtualClock } from '../../../runtime/conformance/virtual-clock.ts'
import { CoverageRecorder } from '../../../runtime/delivery/coverage-recorder.ts'
import { readCoverage } from '../../../runtime/mapping/coverage/stored-coverage.ts'
import type { MetricEvent } from '../../../runtime/ports/types.ts'
import { memoryStore } from '../../../runtime/store/memory/store.ts'
import { silentLogger } from '../../../runtime/system.ts'
import { loadDeskSpec } from '../../helpers/spec/desk-spec.ts'

const spec = await loadDeskSpec()
const [{ metric } = { metric: '' }] = spec.mappings
const event: MetricEvent = { kind: 'event', metric, time: '', key: 'k', profile: {}, properties: {} }

function open(fails = false) {
  const clock = virtualClock()
  const store = memoryStore({ clock })
  let writes = 0
  const counted: typeof store.compareAndSwapCheckpoint = async (...args) => {
    writes += 1
    if (fails) throw new Error('disk full')
    return store.compareAndSwapCheckpoint(...args)
  }
  const own = { readCheckpoint: store.readCheckpoint.bind(store), compareAndSwapCheckpoint: counted }
  const recorder = new CoverageRecorder({ spec, clock, logger: silentLogger, store: own })
  const events = async () => (await readCoverage(metric, { spec, store })).events
  return { clock, recorder, events, writes: () => writes }
}

test('writes once for many events, some seconds after the first', async () => {
  const { clock, recorder, events, writes } = open()
  for (let at = 0; at < 400; at += 1) recorder.add(metric, event)
  expect(writes()).toBe(0)
  await clock.advance(6_000)
  expect([writes(), await events()]).toEqual([1, 400])
  recorder.add(metric, event)
  await clock.advance(6_000)
  expect([writes(), await events()]).toEqual([2, 401])
})

test('holds the newest events of a long import, and writes the rest when delivery ends', async () => {
  const { clock, recorder, events, writes } = open()
  for (let at = 0; at < 20_000; at += 1) recorder.add(metric, event)
  await recorder.write()
  expect(await events()).toBe(1000)
  await clock.advance(60_000)
  expect(writes()).toBe(1)
})

test('a store that fails stops no delivery', async () => {
  const { clock, recorder, events, writes } = open(true)
  recorder.add(metric, event)
  await recorder.write()
  recorder.add(metric, event)
  await clock.advance(60_000)
  expect([writes(), await events()]).toEqual([2, 0])
})
