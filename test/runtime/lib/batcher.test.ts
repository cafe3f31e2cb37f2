/** Grouping calls: full batches, patient ones, and each caller's own answer. */
import { expect, test } from 'vitest'
import { batch } from '../../../runtime/lib/batcher.ts'
import { virtualClock } from '../../helpers/virtual-clock.ts'

function recorder(answer: (item: number) => number | Error = (item) => item * 10) {
  const clock = virtualClock()
  const runs: number[][] = []
  const run = async (items: readonly number[]) => {
    runs.push([...items])
    return items.map(answer)
  }
  return { clock, runs, run }
}

test('a full batch goes at once, the rest after its linger', async () => {
  const { clock, runs, run } = recorder()
  const call = batch<number, number>({ max: 3, linger: 100, clock, run })
  const answers = Promise.all([1, 2, 3, 4].map(call))
  await clock.pass(0)
  expect(runs).toEqual([[1, 2, 3]])
  await clock.pass(99)
  expect(runs).toHaveLength(1)
  await clock.pass(1)
  expect(runs).toEqual([[1, 2, 3], [4]])
  expect(await answers).toEqual([10, 20, 30, 40])
})

test('flushed, it goes at once and is timed no more; flushed empty, nothing happens', async () => {
  const { clock, runs, run } = recorder()
  const call = batch<number, number>({ max: 3, linger: 100, clock, run })
  const answer = call(1)
  call.flush()
  call.flush()
  expect(await answer).toBe(10)
  await clock.pass(200)
  expect([runs, clock.sleeping]).toEqual([[[1]], 0])
})

test('a batch never passes its bytes, and one large item goes alone', async () => {
  const { clock, runs, run } = recorder()
  const call = batch<number, number>({ max: 100, bytes: 10, size: (item) => item, linger: 5, clock, run })
  const answers = Promise.all([6, 4, 1, 50, 2].map(call))
  await clock.pass(5)
  await answers
  expect(runs).toEqual([[6, 4], [1], [50], [2]])
})

test("one item's error is that caller's alone; a failed run is everybody's", async () => {
  const { clock, run } = recorder((item) => (item === 2 ? new Error('two') : item))
  const call = batch<number, number>({ max: 3, linger: 5, clock, run })
  const settled = await Promise.allSettled([1, 2, 3].map(call))
  expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])

  const broken = batch<number, number>({ max: 2, linger: 5, clock, run: () => Promise.reject(new Error('down')) })
  const all = await Promise.allSettled([1, 2].map(broken))
  expect(all.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
})

test('no timer outlives its batch', async () => {
  const { clock, run } = recorder()
  const call = batch<number, number>({ max: 2, linger: 60_000, clock, run })
  await Promise.all([call(1), call(2)])
  await clock.pass(0)
  expect(clock.sleeping).toBe(0)
})
