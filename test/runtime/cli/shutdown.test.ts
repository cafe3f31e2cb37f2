import { expect, test } from 'vitest'
import { type ConnectorFake, createFrozenClock } from '../../helpers/cli-fake.ts'
import { startCommand } from '../../helpers/start-command.ts'

test('shuts down in order: answers requests in flight, settles, closes', async () => {
  const order: string[] = []
  let answer: () => void = () => undefined
  let asked: () => void = () => undefined
  const arrived = new Promise<void>((resolve) => {
    asked = resolve
  })
  const connector: ConnectorFake = {
    receive: async () => {
      asked()
      await new Promise<void>((resolve) => {
        answer = resolve
      })
      order.push('answered')
      return new Response(null)
    },
    work: async ({ signal }) => {
      await createFrozenClock().sleep(0, signal)
      order.push('settled')
    },
    close: async () => void order.push('closed'),
  }
  const { url, webhook, stop, ended } = await startCommand({ connector })
  const posted = fetch(webhook, { method: 'POST', body: '{}' })
  await arrived
  stop()
  await expect
    .poll(() =>
      fetch(url)
        .then(() => 'open')
        .catch(() => 'refused'),
    )
    .toBe('refused')
  expect(order).toEqual([])
  answer()
  expect((await posted).status).toBe(200)
  expect((await ended).exit).toBe(0)
  expect(order).toEqual(['answered', 'settled', 'closed'])
})

test('cuts off a request that does not end', async () => {
  const clock = createFrozenClock()
  let isStopping = false
  // Only the drain timeout elapses; other sleeps stand still.
  clock.sleep = (
    (sleep) => (ms: number, signal?: AbortSignal) =>
      isStopping && ms === 2_000 ? Promise.resolve() : sleep(ms, signal)
  )(clock.sleep)
  let asked: () => void = () => undefined
  const arrived = new Promise<void>((resolve) => {
    asked = resolve
  })
  const receive = () => {
    asked()
    return new Promise<Response>(() => undefined)
  }
  const { webhook, stop, ended } = await startCommand({ clock, connector: { receive } })
  const posted = fetch(webhook, { method: 'POST', body: '{}' }).catch(() => 'cut off')
  await arrived
  isStopping = true
  stop()
  expect((await ended).exit).toBe(0)
  expect(await posted).toBe('cut off')
})

test('logs why delivery failed and exits with 1', async () => {
  const work = async () => {
    throw Object.assign(new Error('EIO: i/o error, write'), { code: 'EIO', syscall: 'write' })
  }
  const { ended } = await startCommand({ connector: { work } })
  const { exit, err } = await ended
  expect(exit).toBe(1)
  expect(err).toContain('delivery stopped: EIO: i/o error')
})

test('a connected page does not delay the shutdown', async () => {
  const { visit, stop, ended } = await startCommand()
  const stream = await visit('/changes', { accept: 'text/event-stream' })
  expect(stream.status).toBe(200)
  const reading = stream.text()
  stop()
  // The clock stands still, so only the end of the stream can end the drain.
  expect((await ended).exit).toBe(0)
  expect(await reading).toContain('retry:')
})
