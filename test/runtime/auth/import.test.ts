/** An import whose credentials are revoked: it pauses with the reason and resumes after a new connection. */
import { expect, test } from 'vitest'
import { connectorFromSpec } from '../../../connector/index.ts'
import { ImportRunner } from '../../../runtime/console/pages/history/import-runner.ts'
import {
  type AuthHarness,
  completeSetup,
  connectByOauth,
  createAuthHarness,
  INTERCOM,
  spec,
} from '../../helpers/auth.ts'

/** A process on the world's store. */
async function process(
  it: AuthHarness,
  account: Awaited<ReturnType<AuthHarness['open']>>,
  otherOwner?: () => string | undefined,
) {
  const { clock, fetch, logger, store } = it
  const ending = new AbortController()
  const { signal } = ending
  const connector = connectorFromSpec(spec, store, { clock, fetch, logger, random: () => 0.5, connections: account })
  const desk = new ImportRunner({ connector, clock, logger, signal, gate: account.gate, otherOwner })
  const end = async () => {
    ending.abort()
    await clock.until(desk.drained())
  }
  return { connector, desk, end }
}

/** An import in progress, during which the app is uninstalled in Intercom. */
async function cutOff() {
  let slow = true
  const it = createAuthHarness({
    conversations: 400,
    tickets: 200,
    instead: async (request) =>
      slow && request.url.endsWith('/search') ? void (await it.clock.sleep(5_000)) : undefined,
  })
  const account = await completeSetup(it)
  const first = await process(it, account)
  await it.clock.until(first.desk.begin({}))
  await it.clock.advance(18_000)
  const read = async () =>
    (await first.connector.lastBackfill())?.streams.reduce((sum, { recordsRead }) => sum + recordsRead, 0) ?? 0
  const before = await read()
  await it.clock.until(it.intercom.fetch(new Request(`${INTERCOM}/sandbox/uninstall`, { method: 'POST' })))
  await it.clock.advance(90_000)
  slow = false
  return { it, account, ...first, before, read }
}

const finished = async (it: AuthHarness, connector: Awaited<ReturnType<typeof process>>['connector']) => {
  for (let n = 0; n < 300; n++) {
    if ((await connector.lastBackfill())?.phase === 'done') return true
    await it.clock.advance(1_000)
  }
  return false
}

test('resumes from its checkpoint after a new connection', async () => {
  const { it, account, connector, desk, before, read, end } = await cutOff()
  expect(before).toBeGreaterThan(0)
  expect([desk.running, desk.waitsForAuth]).toEqual([false, true])
  expect(desk.lastError).toMatch(/connect Intercom again|connect it again/)
  const run = (await connector.lastBackfill())?.run
  await connectByOauth(it, account, 'source')
  expect(await finished(it, connector)).toBe(true)
  const last = await connector.lastBackfill()
  const contacts = last?.streams.find(({ stream }) => stream === 'contacts')?.recordsRead ?? 0
  expect([last?.run, await read()]).toEqual([run, 600 + contacts])
  expect([desk.waitsForAuth, desk.lastError, await it.store.countDeadLetters()]).toEqual([false, undefined, 0])
  await end()
})

test('an import paused by a person meanwhile stays paused', async () => {
  const { it, account, connector, desk, end } = await cutOff()
  await it.clock.until(desk.pause())
  expect(desk.waitsForAuth).toBe(false)
  await connectByOauth(it, account, 'source')
  await it.clock.advance(120_000)
  expect([desk.running, (await connector.lastBackfill())?.phase === 'done']).toEqual([false, false])
  await end()
})

test('resumes in a process that was started while a side was disconnected', async () => {
  const { it, end } = await cutOff()
  await end()
  const account = await it.open()
  const login = await account.source.current(new AbortController().signal)
  await account.source.refresh(login, new AbortController().signal)
  expect(account.gate.pausedReason()).toBeDefined()
  const next = await process(it, account)
  await it.clock.until(next.desk.resume())
  await it.clock.advance(10_000)
  expect([next.desk.running, next.desk.waitsForAuth]).toEqual([false, true])
  await connectByOauth(it, account, 'source')
  expect(await finished(it, next.connector)).toBe(true)
  await next.end()
})

test('an import that is begun and paused where no delivery runs goes where it does', async () => {
  const it = createAuthHarness({
    conversations: 400,
    tickets: 200,
    instead: async (request) => (request.url.endsWith('/search') ? void (await it.clock.sleep(5_000)) : undefined),
  })
  const account = await completeSetup(it)
  const owner = await process(it, account)
  const other = await process(it, account, () => '7 on web-1')
  const stop = new AbortController()
  const running = owner.desk.run(stop.signal)
  expect(await it.clock.until(other.desk.begin({ only: ['Created Conversation'] }))).toBe(true)
  await it.clock.advance(10_000)
  expect([owner.desk.running, other.desk.running]).toEqual([true, false])
  expect((await owner.connector.lastBackfill())?.only).toEqual(['Created Conversation'])
  await it.clock.until(other.desk.pause())
  await it.clock.advance(10_000)
  expect(owner.desk.running).toBe(false)
  expect(await it.clock.until(other.desk.begin({}))).toBe(true)
  await it.clock.advance(10_000)
  expect(owner.desk.running).toBe(true)
  stop.abort()
  await it.clock.until(running)
  expect(owner.desk.running).toBe(false)
  // Not paused: whichever process delivers next resumes it.
  const next = new AbortController()
  const resuming = owner.desk.run(next.signal)
  expect(await finished(it, owner.connector)).toBe(true)
  next.abort()
  await it.clock.until(resuming)
  await owner.end()
  await other.end()
})
