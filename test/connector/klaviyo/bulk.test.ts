/** A property of bulk requests: whatever Klaviyo rejects, and however it reports it, each event gets its own result. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createKlaviyoDestination } from '../../../connector/klaviyo/destination.ts'
import { PHONE_REJECTED } from '../../../connector/klaviyo/limits/change-log.ts'
import type { Fetch } from '../../../runtime/ports/effects.ts'
import { Fault } from '../../../runtime/ports/fault.ts'
import { event, keysOf, never, options } from '../../helpers/klaviyo.ts'

/** The fate of an event, and the detail of Klaviyo's error. */
type Fate = 'good' | 'bad' | 'bad phone'
type Manner = 'all pointers' | 'first pointer' | 'no pointer' | 'pointer beyond the end' | 'first entry' | 'every entry'

const POINTERS: Readonly<Record<Exclude<Fate, 'good'>, string>> = {
  bad: 'events/data/0/attributes/time',
  'bad phone': 'profile/data/attributes/phone_number',
}

/** Accepts a request as a whole or not at all, like Klaviyo. */
function fake(fates: readonly Fate[], manner: Manner) {
  const taken = new Map<number, string>()
  let requests = 0
  const fetch: Fetch = async (request) => {
    requests++
    const text = await request.text()
    const entries = JSON.parse(text).data.attributes['events-bulk-create'].data as object[]
    const keys = keysOf(text).map(Number)
    const wrong = keys.flatMap((key, index) => {
      const phone = JSON.stringify(entries[index]).includes('"phone_number"')
      const fate = fates[key] ?? 'good'
      return fate === 'good' || (fate === 'bad phone' && !phone) ? [] : [{ index, pointer: POINTERS[fate] }]
    })
    if (wrong.length > 0) return refuse(wrong, manner, keys.length)
    for (const [index, key] of keys.entries()) {
      if (taken.has(key)) throw new Error(`event ${key} was taken twice`)
      taken.set(key, JSON.stringify(entries[index]))
    }
    return new Response(null, { status: 202 })
  }
  return { fetch, taken, requests: () => requests }
}

/** The entries that an answer names, which may be innocent. */
function accused(wrong: readonly Wrong[], manner: Manner, count: number): readonly Wrong[] {
  const [{ pointer }] = wrong as [Wrong]
  if (manner === 'first pointer') return wrong.slice(0, 1)
  if (manner === 'pointer beyond the end') return wrong.map((one) => ({ ...one, index: 5000 }))
  if (manner === 'first entry') return [{ index: 0, pointer }]
  if (manner === 'every entry') return Array.from({ length: count }, (_, index) => ({ index, pointer }))
  return wrong
}

interface Wrong {
  readonly index: number
  readonly pointer: string
}

function refuse(wrong: readonly Wrong[], manner: Manner, count: number): Response {
  const base = '/data/attributes/events-bulk-create/data'
  const errors = accused(wrong, manner, count).map(({ index, pointer }) => ({
    code: 'invalid',
    detail: 'Invalid input for ada@harbour-books.example',
    source: manner === 'no pointer' ? {} : { pointer: `${base}/${index}/attributes/${pointer}` },
  }))
  return Response.json({ errors }, { status: 400 })
}

test('valid events are accepted once, invalid ones rejected, and phone numbers dropped where only they are rejected', async () => {
  const fates = fc.array(fc.constantFrom<Fate>('good', 'good', 'good', 'bad', 'bad phone'), {
    minLength: 1,
    maxLength: 24,
  })
  const manners = fc.constantFrom<Manner>(
    'all pointers',
    'first pointer',
    'no pointer',
    'pointer beyond the end',
    'first entry',
    'every entry',
  )
  await fc.assert(
    fc.asyncProperty(
      fates,
      manners,
      fc.constantFrom('live' as const, 'backfill' as const),
      async (fates, manner, lane) => {
        const { fetch, taken, requests } = fake(fates, manner)
        const events = fates.map((_, index) => event(String(index)))
        const results = await createKlaviyoDestination(options({ fetch })).sendMany(events, lane, never)
        for (const [index, fate] of fates.entries()) {
          const result = results[index]
          // Without a pointer the phone number is not known as the cause.
          const lost = fate === 'bad' || (fate === 'bad phone' && manner === 'no pointer')
          expect(taken.has(index)).toBe(!lost)
          if (lost) {
            expect(result).toMatchObject({ kind: 'data', code: 'klaviyo/invalid' })
            expect((result as Fault).message).not.toContain('ada@')
          } else expect(result).toEqual({ status: 202, ...(fate === 'bad phone' && { changes: [PHONE_REJECTED] }) })
        }
        // With true pointers each culprit costs one request, its phone number another; without, a bisection.
        const [bad, phones] = (['bad', 'bad phone'] as const).map((one) => fates.filter((fate) => fate === one).length)
        if (manner === 'all pointers') expect(requests()).toBeLessThanOrEqual(2 + (bad ?? 0) + 2 * (phones ?? 0))
        expect(requests()).toBeLessThanOrEqual(1 + 4 * fates.length)
      },
    ),
    { numRuns: 150 },
  )
})

const costs: [Manner, most: number][] = [
  ['all pointers', 3],
  ['first pointer', 3],
  ['no pointer', 21],
  ['first entry', 22],
]
test.each(costs)('a thousand events, one invalid, named by %s, cost at most %i requests', async (manner, most) => {
  const fates = Array.from({ length: 1000 }, (_, index): Fate => (index === 617 ? 'bad' : 'good'))
  const { fetch, taken, requests } = fake(fates, manner)
  const events = fates.map((_, index) => event(String(index)))
  const results = await createKlaviyoDestination(options({ fetch })).sendMany(events, 'backfill', never)
  expect(taken.size).toBe(999)
  expect(results.findIndex((result) => result instanceof Fault)).toBe(617)
  expect(requests()).toBeLessThanOrEqual(most)
})

test('an aborted signal stops sending, and every event gets a transient fault', async () => {
  const stop = new AbortController()
  const fetch: Fetch = async () => {
    stop.abort()
    return new Promise(() => undefined)
  }
  const results = await createKlaviyoDestination(options({ fetch })).sendMany(
    [event('a'), event('a'), event('b')],
    'live',
    stop.signal,
  )
  expect(results.map((result) => result instanceof Fault && result.kind)).toEqual([
    'transient',
    'transient',
    'transient',
  ])
})
