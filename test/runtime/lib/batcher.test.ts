/** Full batches, lingering batches, and the result of each caller. */
import { expect, test } from 'vitest'
import { virtualClock } from '../../../runtime/conformance/virtual-clock.ts'
import { Batcher } from '../../../runtime/lib/batcher.ts'

function recorder(answer: (item: number) => number | Error = (item) => item * 10) {
  const clock = virtualClock()
  const runs: number[][] = []
  const run = async (items: readonly number[]) => {
    runs.push([...items])
    return items.map(answer)
  }
  return { clock, runs, run }
}

test('runs a full batch at once, the rest after the linger', async () => {
  const { clock, runs, run } = recorder()
  const batcher = new Batcher<number, number>({ maxItems: 3, lingerMs: 100, clock, run })
  const answers = Promise.all([1, 2, 3, 4].map((item) => batcher.add(item)))
  await clock.advance(0)
  expect(runs).toEqual([[1, 2, 3]])
  await clock.advance(99)
  expect(runs).toHaveLength(1)
  await clock.advance(1)
  expect(runs).toEqual([[1, 2, 3], [4]])
  expect(await answers).toEqual([10, 20, 30, 40])
})

test('flush runs the open batch and stops its timer; an empty flush does nothing', async () => {
  const { clock, runs, run } = recorder()
  const batcher = new Batcher<number, number>({ maxItems: 3, lingerMs: 100, clock, run })
  const answer = batcher.add(1)
  batcher.flush()
  batcher.flush()
  expect(await answer).toBe(10)
  await clock.advance(200)
  expect([runs, clock.sleeping]).toEqual([[[1]], 0])
})

test('a batch never exceeds its bytes, and one large item runs alone', async () => {
  const { clock, runs, run } = recorder()
  const batcher = new Batcher<number, number>({
    maxItems: 100,
    maxBytes: 10,
    sizeOf: (item) => item,
    lingerMs: 5,
    clock,
    run,
  })
  const answers = Promise.all([6, 4, 1, 50, 2].map((item) => batcher.add(item)))
  await clock.advance(5)
  await answers
  expect(runs).toEqual([[6, 4], [1], [50], [2]])
})

test("an item's error rejects its caller alone; a failed run rejects all callers", async () => {
  const { clock, run } = recorder((item) => (item === 2 ? new Error('two') : item))
  const batcher = new Batcher<number, number>({ maxItems: 3, lingerMs: 5, clock, run })
  const settled = await Promise.allSettled([1, 2, 3].map((item) => batcher.add(item)))
  expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])

  const broken = new Batcher<number, number>({
    maxItems: 2,
    lingerMs: 5,
    clock,
    run: () => Promise.reject(new Error('down')),
  })
  const all = await Promise.allSettled([1, 2].map((item) => broken.add(item)))
  expect(all.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
})

test('no timer outlives its batch', async () => {
  const { clock, run } = recorder()
  const batcher = new Batcher<number, number>({ maxItems: 2, lingerMs: 60_000, clock, run })
  await Promise.all([batcher.add(1), batcher.add(2)])
  await clock.advance(0)
  expect(clock.sleeping).toBe(0)
})
