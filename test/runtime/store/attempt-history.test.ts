/** The history of attempts: few entries, an exact count, the first and the last unchanged. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { event, fault } from '../../../runtime/conformance/contracts/store/fixtures.ts'
import type { Attempt } from '../../../runtime/ports/types.ts'
import { withAttempt } from '../../../runtime/store/attempt-history.ts'

const kinds = fc.record({
  message: fc.constantFrom('a', 'b', 'c'),
  how: fc.constantFrom('waited', 'replayed', 'delivered'),
  /** In a row. */
  count: fc.constantFrom(1, 1, 2, 40),
})

const history = fc.array(kinds, { maxLength: 60 }).map((runs) =>
  runs
    .flatMap(({ count, ...rest }) => Array.from({ length: count }, () => rest))
    .map(
      ({ message, how }, at): Attempt => ({
        at,
        fault: { ...fault, message, requestId: `r${at}` },
        ...(how === 'replayed' ? { replayed: at } : { until: at + 1 }),
        ...(how === 'delivered' && { delivered: [event('M', { key: `k${at}` })] }),
      }),
    ),
)

const lastOf = ({ at, last = at }: Attempt) => last

test('keeps few entries, counts every attempt in order and loses no delivery', () => {
  fc.assert(
    fc.property(history, (all) => {
      const entries = all.reduce(withAttempt, [] as readonly Attempt[])
      expect(entries.length).toBeLessThanOrEqual(12)
      expect(entries.reduce((sum, { count: times = 1 }) => sum + times, 0)).toBe(all.length)
      for (const [n, line] of entries.entries()) {
        expect(lastOf(line) - line.at + 1).toBe(line.count ?? 1)
        expect(line.at).toBe(n === 0 ? 0 : lastOf(entries[n - 1] ?? line) + 1)
        if (line.fault) expect(line.fault).toEqual(all[lastOf(line)]?.fault)
      }
      expect(entries.slice(-3)).toEqual(all.slice(-3))
      const sent = (attempts: readonly Attempt[]) => attempts.flatMap(({ delivered = [] }) => delivered)
      expect(sent(entries)).toEqual(sent(all))
    }),
  )
})

test('a merged entry has the spec of its deliveries, unless there were several', () => {
  const attempts = (specOf: (at: number) => string) =>
    Array.from({ length: 40 }, (_, at): Attempt => {
      const delivered = [event('M', { key: `k${at}` })]
      return { at, fault, until: at + 1, spec: specOf(at), ...(at > 2 && { delivered }) }
    }).reduce(withAttempt, [] as readonly Attempt[])
  const specs = (all: readonly Attempt[]) => new Set(all.map(({ spec }) => spec))
  expect(specs(attempts(() => 'one'))).toEqual(new Set(['one']))
  expect(attempts((at) => (at < 10 ? 'one' : 'two'))[3]).not.toHaveProperty('spec')
  expect(specs(attempts((at) => (at < 10 ? 'one' : 'two')))).toEqual(new Set(['one', undefined, 'two']))
})

test('only entries between the first and the last lose their faults', () => {
  fc.assert(
    fc.property(history, (all) => {
      const entries = all.reduce(withAttempt, [] as readonly Attempt[])
      const lost = entries.flatMap(({ fault: known }, n) => (known === undefined ? [n] : []))
      expect(lost).toEqual(lost.length === 0 ? [] : [3])
      if (lost.length === 1) expect(entries.length).toBe(12)
    }),
  )
})
