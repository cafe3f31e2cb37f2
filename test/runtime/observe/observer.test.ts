/** The observer: in order, a moment later, and a hook that throws, rejects or is slow harms nothing. */
import { channel } from 'node:diagnostics_channel'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { Observer } from '../../../runtime/observe/observer.ts'
import type { Clock, LogFields } from '../../../runtime/ports/effects.ts'
import { type Observation, type Observe, observationChannel } from '../../../runtime/ports/observation.ts'
import { silentLogger } from '../../../runtime/system.ts'

const report = (count: number) => ({ type: 'dropped', count }) as const

/** A clock that only the hook advances; its sleeps end when the test says so. */
function observerWith(observe: Observe | undefined, tenant?: string) {
  let time = 0
  const sleeps: { readonly ms: number; readonly wake: () => void }[] = []
  const clock: Clock = {
    now: () => 1_000,
    elapsed: () => time,
    sleep: (ms) => new Promise((wake) => sleeps.push({ ms, wake })),
  }
  const warnings: (readonly [string, LogFields | undefined])[] = []
  const logger = { ...silentLogger, warn: (text: string, fields?: LogFields) => void warnings.push([text, fields]) }
  const observer = new Observer({ observe, tenant, clock, random: () => 0.5, logger })
  return { observer, warnings, sleeps, pass: (ms: number) => (time += ms) }
}

const counts = (observations: readonly Observation[]) =>
  observations.map((one) => (one.type === 'dropped' ? one.count : undefined))

test('passes observations on in order, after the work that reports them, with time and tenant', async () => {
  const observations: Observation[] = []
  const { observer } = observerWith((one) => observations.push(one), 'shop-1')
  for (let i = 0; i < 50; i++) observer.report(report(i))
  expect(observations).toEqual([])
  await nextTurn()
  expect(counts(observations)).toEqual(Array.from({ length: 50 }, (_, i) => i))
  expect(observations[0]).toEqual({ type: 'dropped', count: 0, at: 1_000, tenant: 'shop-1' })
})

test('is off without a hook and without a subscriber', () => {
  const { observer } = observerWith(undefined)
  expect(observer.isOn).toBe(false)
  const subscriber = () => undefined
  channel(observationChannel('sent')).subscribe(subscriber)
  expect(observer.isOn).toBe(true)
  channel(observationChannel('sent')).unsubscribe(subscriber)
  expect(observer.isOn).toBe(false)
})

test('publishes on the channel of the type', async () => {
  const published: unknown[] = []
  const subscriber = (message: unknown) => void published.push(message)
  channel('connector:dropped').subscribe(subscriber)
  const { observer } = observerWith(undefined)
  observer.report(report(1))
  await nextTurn()
  channel('connector:dropped').unsubscribe(subscriber)
  expect(published).toEqual([{ type: 'dropped', count: 1, at: 1_000 }])
})

describe('a hook', () => {
  const failing: readonly (readonly [string, () => unknown])[] = [
    [
      'that throws',
      () => {
        throw new RangeError('of luca@example.com')
      },
    ],
    ['whose promise rejects', () => Promise.reject(new RangeError('of luca@example.com'))],
  ]
  test.each(failing)('%s is logged once a minute, by the name of its error', async (_, hook) => {
    let calls = 0
    const { observer, warnings, pass } = observerWith(() => {
      calls++
      return hook()
    })
    for (let i = 0; i < 3; i++) observer.report(report(i))
    await nextTurn()
    await nextTurn()
    pass(60_000)
    observer.report(report(3))
    await nextTurn()
    await nextTurn()
    expect(calls).toBe(4)
    expect(warnings).toEqual([
      ['the observe hook failed; delivery goes on', { error: 'RangeError', times: 1 }],
      ['the observe hook failed; delivery goes on', { error: 'RangeError', times: 3 }],
    ])
  })

  test('that takes long gets a tenth of the time', async () => {
    let calls = 0
    const { observer, sleeps, pass } = observerWith(() => {
      calls++
      pass(100)
    })
    for (let i = 0; i < 3; i++) observer.report(report(i))
    await nextTurn()
    expect([calls, sleeps.map(({ ms }) => ms)]).toEqual([1, [900]])
    await nextTurn()
    expect(calls).toBe(1)
    sleeps[0]?.wake()
    await nextTurn()
    await nextTurn()
    expect(calls).toBe(2)
  })

  test('that falls behind misses observations, and is told how many', async () => {
    const observations: Observation[] = []
    const { observer, warnings } = observerWith((one) => observations.push(one))
    for (let i = 0; i < 10_007; i++) observer.report(report(0))
    await nextTurn()
    await nextTurn()
    expect(counts(observations)).toEqual([...Array(10_000).fill(0), 7])
    expect(warnings).toEqual([[expect.stringContaining('too slow'), { count: 7 }]])
  })

  test('gets what is waiting when the connector closes', () => {
    const observations: Observation[] = []
    const { observer } = observerWith((one) => observations.push(one))
    observer.report(report(1))
    observer.flush()
    expect(counts(observations)).toEqual([1])
  })
})

describe('a trace', () => {
  const valid = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
  const own = '00-11111111111111111111111111111111-2222222222222222-00'
  const start = (startTrace: Observe['startTrace'], header: string | null) =>
    observerWith(Object.assign(() => undefined, startTrace && { startTrace })).observer.startTrace(header, 7)

  test('continues that of the request, if it is valid', () => {
    expect(start(undefined, valid)).toBe(valid)
    for (const header of [null, '', 'luca', valid.replace('00-', 'ff-'), `${valid}-more`, valid.replace(/[^-]/g, '0')])
      expect(start(undefined, header)).toBe('00-88888888888888888888888888888888-8888888888888888-01')
    expect(start(undefined, `01${valid.slice(2)}-more`)).toBe(valid)
  })

  test('is that of the hook, if it starts one', () => {
    const starts: unknown[] = []
    const startTrace = (one: unknown) => {
      starts.push(one)
      return own
    }
    expect(start(startTrace, valid)).toBe(own)
    expect(start(startTrace, 'luca')).toBe(own)
    expect(starts).toEqual([{ at: 7, traceparent: valid }, { at: 7 }])
    expect(start(() => 'luca', valid)).toBe(valid)
    const throwing = () => {
      throw new Error('no')
    }
    expect(start(throwing, valid)).toBe(valid)
  })

  test('begins only while something is observed', () => {
    expect(observerWith(undefined).observer.startTrace(valid, 7)).toBeUndefined()
  })
})
