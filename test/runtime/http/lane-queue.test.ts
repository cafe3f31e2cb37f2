/** Live callers come first, callers of one lane in order, and an aborted caller holds no permit. */
import { expect, test } from 'vitest'
import { LaneQueue } from '../../../runtime/http/lane-queue.ts'
import type { Lane } from '../../../runtime/ports/types.ts'

const never = new AbortController().signal

function harness() {
  let permits = 0
  const served: string[] = []
  const queue = new LaneQueue(() => permits > 0 && permits-- > 0)
  const acquire = (name: string, lane: Lane, signal = never) =>
    queue.acquire(lane, signal, () => new Error(`${name} stopped`)).then(() => void served.push(name))
  const release = async (count: number) => {
    permits += count
    queue.serve()
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { queue, served, acquire, release }
}

test('serves live first, and each lane in order', async () => {
  const { queue, served, acquire, release } = harness()
  for (const [name, lane] of [
    ['b1', 'backfill'],
    ['b2', 'backfill'],
    ['l1', 'live'],
    ['l2', 'live'],
  ] as const) {
    void acquire(name, lane)
  }
  expect(queue.lanes()).toEqual(['live', 'backfill'])
  await release(3)
  expect(served).toEqual(['l1', 'l2', 'b1'])
  expect(queue.lanes()).toEqual(['backfill'])
  await release(1)
  expect(served).toEqual(['l1', 'l2', 'b1', 'b2'])
})

test('an aborted caller rejects and leaves its permit to the next', async () => {
  const { served, acquire, release } = harness()
  const stop = new AbortController()
  const stopped = acquire('a', 'live', stop.signal)
  void acquire('b', 'live')
  stop.abort()
  await expect(stopped).rejects.toThrow('a stopped')
  await expect(acquire('c', 'live', stop.signal)).rejects.toThrow('c stopped')
  await release(1)
  expect(served).toEqual(['b'])
})
