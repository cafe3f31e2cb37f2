/** Two processes that start on one fresh store with credentials of different accounts agree on one of them. */
import { expect, test } from 'vitest'
import { claimAccount } from '../../../runtime/source/claim-account.ts'
import { memoryStore } from '../../../runtime/store/memory/store.ts'
import { systemClock } from '../../../runtime/system.ts'

const NAME = 'workspace'

test('keeps the first account, whatever comes later', async () => {
  const store = memoryStore({ clock: systemClock })
  expect(await claimAccount(store, NAME, 'shop-a')).toBe('shop-a')
  expect(await claimAccount(store, NAME, 'shop-b')).toBe('shop-a')
  expect(await claimAccount(store, NAME, 'shop-a')).toBe('shop-a')
})

test('pins one account when two processes find the store unpinned at the same moment', async () => {
  const store = memoryStore({ clock: systemClock })
  let release = () => {}
  const bothRead = new Promise<void>((resolve) => {
    release = resolve
  })
  let readers = 0
  // Holds each first read until both have read, so that both see an unpinned store.
  const racing = () => {
    let first = true
    return {
      compareAndSwapCheckpoint: store.compareAndSwapCheckpoint.bind(store),
      async readCheckpoint(name: string) {
        const value = await store.readCheckpoint(name)
        if (!first) return value
        first = false
        if (++readers === 2) release()
        await bothRead
        return value
      },
    }
  }
  const pinned = await Promise.all([claimAccount(racing(), NAME, 'shop-a'), claimAccount(racing(), NAME, 'shop-b')])
  expect(new Set(pinned).size).toBe(1)
  expect(await store.readCheckpoint(NAME)).toBe(pinned[0])
})
