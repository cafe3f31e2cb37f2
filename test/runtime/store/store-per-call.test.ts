/** A connector that outlives the store of each request, and the message of one that does not ask for it. */
import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { intercomToKlaviyo } from '../../../connector/index.ts'
import { loadConnectorSpec } from '../../../connector/spec.ts'
import type { Store } from '../../../runtime/ports/store.ts'
import { memoryStore } from '../../../runtime/store/memory/store.ts'
import { storePerCall } from '../../../runtime/store/store-per-call.ts'
import { systemClock as clock } from '../../../runtime/system.ts'
import { createRecordingLogger } from '../../helpers/auth.ts'

/** A store that refuses every request but the one that opened it, as a Durable Object's stub does. */
function stubOf(store: Store, isCurrent: () => boolean): Store {
  return new Proxy(store, {
    get(_, name) {
      const value = Reflect.get(store, name)
      if (typeof value !== 'function') return value
      return async (...args: readonly unknown[]) => {
        if (!isCurrent()) throw new Error('Cannot perform I/O on behalf of a different request. I/O objects …')
        return Reflect.apply(value, store, args)
      }
    },
  })
}

const spec = await loadConnectorSpec()

async function receiveThree(open: (stub: () => Store) => Store) {
  const real = memoryStore({ clock })
  let current = 0
  const openStub = () => {
    const own = current
    return stubOf(real, () => current === own)
  }
  const logger = createRecordingLogger()
  const secrets = { intercomClientSecret: 'ours' }
  const connector = await intercomToKlaviyo({ settings: { spec }, secrets, store: open(openStub), clock, logger })
  const statuses: number[] = []
  for (; current < 3; current++) {
    const about = { type: 'notification_event', app_id: 'w', topic: 'conversation.user.created', created_at: 1 }
    const body = JSON.stringify({ ...about, id: `n${current}`, data: { item: { type: 'conversation', id: '1' } } })
    const headers = { 'x-hub-signature': `sha1=${createHmac('sha1', 'ours').update(body).digest('hex')}` }
    statuses.push((await connector.receive({ method: 'POST', headers, body })).status)
  }
  return { statuses, stored: (await real.backlog('live')).records, log: logger.lines.join('\n') }
}

test('a store of the first request refuses the second one, and the log says what to pass', async () => {
  const { statuses, log } = await receiveThree((stub) => stub())
  expect(statuses).toEqual([200, 503, 503])
  expect(log).toContain('the store failed (Error): it belongs to another request of this Worker')
  expect(log).toContain('storePerCall')
})

test('a store for each call serves all requests', async () => {
  const { statuses, stored } = await receiveThree((stub) => storePerCall(stub))
  expect([statuses, stored]).toEqual([[200, 200, 200], 3])
})

test('has the optional methods of the store that it opens', () => {
  const { nextDue: _, ...rest } = memoryStore({ clock })
  expect(storePerCall(() => memoryStore({ clock })).nextDue).toBeDefined()
  expect(storePerCall(() => rest as Store).nextDue).toBeUndefined()
})
