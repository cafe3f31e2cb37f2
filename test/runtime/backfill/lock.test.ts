/** One import at a time: acquiring the lock, rejecting other processes, release and expiry. */
import { describe, expect, test } from 'vitest'
import { acquireBackfillLock, runningBackfill } from '../../../runtime/backfill/lock.ts'
import { virtualClock } from '../../../runtime/conformance/virtual-clock.ts'
import type { ProcessIdentity } from '../../../runtime/ports/effects.ts'
import type { Fault } from '../../../runtime/ports/fault.ts'
import { memoryStore } from '../../../runtime/store/memory/store.ts'

const self = (id: string, ...gone: readonly string[]): ProcessIdentity => ({
  id,
  hasExited: (other) => gone.includes(other),
})

function place() {
  const clock = virtualClock()
  const store = memoryStore({ clock })
  const lost: string[] = []
  const take = (who: ProcessIdentity) =>
    acquireBackfillLock({ store, clock, processIdentity: who }, () => lost.push(who.id))
  const refused = (who: ProcessIdentity) =>
    take(who).then(
      () => undefined,
      (fault: Fault) => fault.message,
    )
  return { clock, store, take, refused, lost }
}

test('reports the process that runs an import', async () => {
  const { clock, store, take } = place()
  const ask = (who: ProcessIdentity) => runningBackfill({ store, clock, processIdentity: who })
  expect(await ask(self('42.b'))).toBeUndefined()
  const since = clock.now()
  const lease = await take(self('41.a'))
  await clock.advance(60_000)
  expect(await ask(self('42.b'))).toEqual({ process: '41', thisProcess: false, since })
  expect(await ask(self('41.a'))).toEqual({ process: '41', thisProcess: true, since })
  expect(await ask(self('42.b', '41.a'))).toBeUndefined()
  expect(await ask(self('42.b@web-2/22'))).toMatchObject({ process: '41' })
  await lease.release()
  expect(await ask(self('42.b'))).toBeUndefined()
  await take(self('1.a@web-1/11'))
  expect(await ask(self('1.b@web-2/22'))).toMatchObject({ process: '1 on web-1', thisProcess: false })
})

describe('while one process runs an import', () => {
  test('rejects another process until the lock is released, and names the owner', async () => {
    const { clock, take, refused } = place()
    const lease = await take(self('41.a'))
    expect(await refused(self('42.b'))).toMatch(/process 41 began it at \d{4}-/)
    await clock.advance(60_000)
    expect(await refused(self('42.b'))).toMatch(/process 41/)
    await lease.release()
    await (await take(self('42.b'))).release()
  })

  test('rejects a second import in the same process', async () => {
    const { take, refused } = place()
    const lease = await take(self('41.a'))
    expect(await refused(self('41.a'))).toMatch(/this process/)
    await lease.release()
  })

  test('takes over at once from a process that has exited', async () => {
    const { take } = place()
    await take(self('41.a'))
    await (await take(self('42.b', '41.a'))).release()
  })
})

test('of two concurrent starts, rejects one', async () => {
  const { refused } = place()
  const said = await Promise.all([refused(self('41.a')), refused(self('42.b'))])
  expect(said.filter((message) => message !== undefined)).toHaveLength(1)
})

test('a lock that is not renewed expires, and its former owner is notified of the loss', async () => {
  const { clock, store, take, lost } = place()
  const late = await take(self('41.a'))
  await store.writeCheckpoints([
    { name: 'backfill-lock', value: JSON.stringify({ holder: '41.a', since: 0, expiresAt: 1, token: '0' }) },
  ])
  const lease = await take(self('42.b'))
  await clock.advance(5_000)
  expect(lost).toEqual(['41.a'])
  await late.release()
  expect(await store.readCheckpoint('backfill-lock')).toMatch('42.b')
  await lease.release()
  expect(await store.readCheckpoint('backfill-lock')).toBeUndefined()
})
