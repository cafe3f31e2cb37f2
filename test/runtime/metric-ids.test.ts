/** The destination's ids of metrics: read in the background, seldom, and quietly where the destination refuses. */
import { expect, test } from 'vitest'
import { virtualClock } from '../../runtime/conformance/virtual-clock.ts'
import { DESTINATION_ACCOUNT_CHECKPOINT } from '../../runtime/lib/checkpoint-names.ts'
import { MetricIds } from '../../runtime/metric-ids.ts'
import { Fault } from '../../runtime/ports/fault.ts'
import { memoryStore } from '../../runtime/store/memory/store.ts'
import { never } from '../helpers/klaviyo.ts'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
const METRICS = ['Rated', 'Created']
const REFUSED = new Fault('config', 'destination/forbidden', 'the credential may not read metrics')

/** `answers`: of each read in turn, the last one of all further ones. */
function scene(...answers: readonly (Readonly<Record<string, string>> | Fault | 'never')[]) {
  const clock = virtualClock()
  const store = memoryStore({ clock })
  const state = { reads: 0, paused: undefined as string | undefined }
  const findMetricIds = async (_: readonly string[], signal: AbortSignal) => {
    const answer = answers[Math.min(state.reads++, answers.length - 1)] ?? {}
    if (answer === 'never') await new Promise((_, reject) => signal.addEventListener('abort', reject))
    if (answer instanceof Fault) throw answer
    return new Map(Object.entries(answer))
  }
  const start = (prefix = '') => {
    const parts = { target: { findMetricIds }, store, clock, metrics: METRICS, prefix }
    return new MetricIds({ ...parts, pausedReason: () => state.paused })
  }
  let ids = start()
  const restart = (prefix?: string) => {
    ids = start(prefix)
  }
  const find = async (metric = 'Rated') => {
    const found = await ids.find(metric, never)
    await clock.advance(0)
    return found
  }
  const connect = (value: string) => store.writeCheckpoints([{ name: DESTINATION_ACCOUNT_CHECKPOINT, value }])
  return { clock, state, find, connect, restart }
}

test('the first call waits for nothing, later ones have the id, from one read a day', async () => {
  const { clock, state, find } = scene({ Rated: 'r1', Created: 'c1' }, { Rated: 'r2', Created: 'c2' })
  expect(await find()).toBeUndefined()
  expect([await find(), await find('Created'), await find('Other')]).toEqual(['r1', 'c1', undefined])
  await clock.advance(DAY - MINUTE)
  expect([await find(), state.reads]).toEqual(['r1', 1])
  await clock.advance(MINUTE)
  expect([await find(), await find(), state.reads]).toEqual(['r1', 'r2', 2])
})

test('a metric without an event yet, and a refusal, are tried again after ten minutes', async () => {
  const { clock, state, find } = scene(REFUSED, { Rated: 'r1' }, REFUSED)
  await find()
  expect([await find(), state.reads]).toEqual([undefined, 1])
  await clock.advance(10 * MINUTE)
  await find()
  expect([await find(), state.reads]).toEqual(['r1', 2])
  await clock.advance(10 * MINUTE)
  await find()
  expect([await find(), state.reads]).toEqual(['r1', 3])
})

test('a read without an answer is given up', async () => {
  const { clock, find, state } = scene('never', { Rated: 'r1', Created: 'c1' })
  await find()
  await clock.advance(10 * MINUTE)
  expect(clock.sleeping).toBe(0)
  await find()
  expect([await find(), state.reads]).toEqual(['r1', 2])
})

test('another account has other ids, and none is read while delivery is paused', async () => {
  const { state, find, connect } = scene({ Rated: 'r1', Created: 'c1' }, { Rated: 'r2', Created: 'c2' })
  await connect('one')
  await find()
  expect(await find()).toBe('r1')
  state.paused = 'disconnected'
  await connect('two')
  expect([await find(), await find(), state.reads]).toEqual([undefined, undefined, 1])
  state.paused = undefined
  await find()
  expect(await find()).toBe('r2')
})

test('a restart has the ids of the account at once, and reads them again', async () => {
  const { state, find, connect, restart } = scene({ Rated: 'r1', Created: 'c1' }, { Rated: 'r2', Created: 'c1' })
  await connect('one')
  await find()
  restart()
  expect(await Promise.all([find(), find('Created')])).toEqual(['r1', 'c1'])
  expect([await find(), state.reads]).toEqual(['r2', 2])
  state.paused = 'disconnected'
  restart()
  expect(await find()).toBe('r2')
  restart('Intercom ')
  expect(await find()).toBeUndefined()
})

test('stored ids of another account are never used', async () => {
  const { state, find, connect, restart } = scene({ Rated: 'r1', Created: 'c1' })
  await connect('one')
  await find()
  state.paused = 'disconnected'
  await connect('two')
  restart()
  expect([await find(), state.reads]).toEqual([undefined, 1])
  await connect('one')
  expect(await find()).toBe('r1')
})
