/** Access tokens that expire: refreshed once for all callers and processes, across crashes; and grants that are revoked. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Connections } from '../../../runtime/auth/connections.ts'
import { withAuth } from '../../../runtime/http/with-auth.ts'
import type { RequestAuth } from '../../../runtime/ports/auth.ts'
import type { Fetch } from '../../../runtime/ports/effects.ts'
import { Fault } from '../../../runtime/ports/fault.ts'
import type { Store } from '../../../runtime/ports/store.ts'
import {
  type AuthHarness,
  completeSetup,
  connectByOauth,
  createAuthHarness,
  KLAVIYO,
  never,
} from '../../helpers/auth.ts'

const HOUR = 3_600_000

const accepted = async (it: AuthHarness, { headers }: RequestAuth): Promise<boolean> => {
  const request = new Request(`${KLAVIYO}/api/accounts`, { headers: { ...headers, revision: '2026-07-15' } })
  return (await it.klaviyo.fetch(request)).status === 200
}

test('a token is refreshed before it expires, once for all callers in two processes', async () => {
  const it = createAuthHarness()
  const processes = [await completeSetup(it), await it.open()]
  const before = it.klaviyo.oauth.refreshes()
  const all = () =>
    Promise.all(processes.flatMap((one) => Array.from({ length: 20 }, () => one.destination.current(never))))
  const first = await all()
  await it.clock.advance(HOUR - 29_000)
  const second = await it.clock.until(all())
  expect(new Set(second.map(({ headers }) => headers.Authorization)).size).toBe(1)
  expect(second[0]?.headers.Authorization).not.toBe(first[0]?.headers.Authorization)
  expect(it.klaviyo.oauth.refreshes() - before).toBe(1)
  expect(await accepted(it, second[0] as RequestAuth)).toBe(true)
})

test('a 401 refreshes the token and retries the request, but not for a token just issued', async () => {
  const it = createAuthHarness()
  const account = await completeSetup(it)
  const ask = () => {
    let tries = 0
    const asked = withAuth(account.destination, never, async (login) => {
      tries += 1
      if (await accepted(it, login)) return 'ok'
      throw new Fault('config', 'klaviyo/unauthorized', 'refused', { status: 401 })
    })
    return asked.then(
      (said) => [said, tries],
      (fault: unknown) => [(fault as { code: string }).code, tries],
    )
  }
  await it.clock.advance(60_000)
  it.klaviyo.oauth.expire('access')
  expect(await ask()).toEqual(['ok', 2])
  it.klaviyo.oauth.expire('access')
  const before = it.klaviyo.oauth.refreshes()
  expect(await ask()).toEqual(['klaviyo/unauthorized', 1])
  expect(it.klaviyo.oauth.refreshes()).toBe(before)
  await it.clock.advance(20_000)
  expect(await ask()).toEqual(['ok', 2])
})

test('while a refresh fails the old token serves until it expires', async () => {
  const it = createAuthHarness()
  await completeSetup(it)
  const down: Fetch = async () => Response.json({}, { status: 503 })
  const account = await it.open(undefined, { fetch: down })
  await it.clock.advance(HOUR - 20_000)
  const login = await it.clock.until(account.destination.current(never))
  expect(await accepted(it, login)).toBe(true)
  await it.clock.advance(20_000)
  const fault = await it.clock.until(account.destination.current(never).catch((error: unknown) => error))
  expect(fault).toMatchObject({ kind: 'transient', code: 'klaviyo/unavailable' })
})

test('a revoked grant pauses delivery, with one log line, until a new connection', async () => {
  const it = createAuthHarness()
  const account = await completeSetup(it)
  const other = await it.open()
  it.klaviyo.oauth.expire('grants')
  await it.clock.advance(HOUR)
  const tries = [account, account, other].map((one) => one.destination.current(never).catch((error: unknown) => error))
  for (const fault of await it.clock.until(Promise.all(tries)))
    expect(fault).toMatchObject({
      kind: 'config',
      code: 'klaviyo/credentials-rejected',
      message: expect.stringContaining('connect it again'),
    })
  expect(account.gate.pausedReason()).toContain('connect it again')
  expect((await account.setup.view()).destination.problem).toContain('connect it again')
  expect(it.logger.lines.filter((line) => line.startsWith('error'))).toHaveLength(1)
  await connectByOauth(it, account, 'destination')
  expect(account.gate.pausedReason()).toBeUndefined()
  for (const one of [account, other]) expect(await accepted(it, await one.destination.current(never))).toBe(true)
})

test('a disconnection during a refresh takes precedence', async () => {
  const it = createAuthHarness()
  const account = await completeSetup(it)
  let go: () => void = () => undefined
  const held = new Promise<void>((resolve) => {
    go = resolve
  })
  const slow: Fetch = async (request) => {
    await held
    return it.fetch(request)
  }
  const renewing = await it.open(undefined, { fetch: slow })
  await it.clock.advance(HOUR)
  const late = renewing.destination.current(never).catch((error: unknown) => error)
  await account.setup.disconnect(never)
  go()
  expect(await it.clock.until(late)).toMatchObject({ code: 'klaviyo/no-credentials' })
  expect(await it.store.readCheckpoint('account.destination')).toBeUndefined()
})

/** A process that crashes at its nth effect, before or after it, and never continues. */
function mortal(it: AuthHarness, dies: { readonly at: number; readonly after: boolean }) {
  let left = dies.at
  const dead = new Promise<never>(() => undefined)
  const alive = async <T>(effect: () => Promise<T>): Promise<T> => {
    left -= 1
    if (left < 0 || (left === 0 && !dies.after)) return dead
    const result = await effect()
    return left === 0 ? dead : result
  }
  const store = new Proxy(it.store, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? (...args: unknown[]) => alive(async () => value.apply(target, args)) : value
    },
  }) as Store
  const fetch: Fetch = (request) => alive(() => it.fetch(request))
  return { store, fetch }
}

describe('across crashes at any effect', () => {
  const step = fc.oneof(
    fc.record({ does: fc.constant('ask' as const), who: fc.nat(2), callers: fc.integer({ min: 1, max: 3 }) }),
    fc.record({ does: fc.constant('pass' as const), ms: fc.constantFrom(100, 20_000, HOUR - 20_000, HOUR) }),
    fc.record({ does: fc.constant('end' as const) }),
    fc.record({
      does: fc.constant('die' as const),
      who: fc.nat(2),
      at: fc.integer({ min: 1, max: 14 }),
      after: fc.boolean(),
    }),
  )
  const rotate = fc.constantFrom('never' as const, 'grace' as const, 'strict' as const)

  test('the next process has a valid token, or reports that a person must connect again', async () => {
    await fc.assert(
      fc.asyncProperty(rotate, fc.array(step, { maxLength: 12 }), async (mode, steps) => {
        const it = createAuthHarness()
        it.klaviyo.oauth.setRules({ rotate: mode })
        const processes: Connections[] = [await completeSetup(it), await it.open(), await it.open()]
        let deaths = 0
        for (const one of steps) {
          if (one.does === 'pass') await it.clock.advance(one.ms)
          else if (one.does === 'end') it.klaviyo.oauth.expire('access')
          else if (one.does === 'die') {
            deaths += 1
            const doomed = await it.open()
            const open = it.open(undefined, mortal(it, { at: one.at, after: one.after }))
            void open.then((account) => account.destination.current(never)).catch(() => undefined)
            processes[one.who] = doomed
          } else {
            const who = processes[one.who] as Connections
            for (let n = 0; n < one.callers; n++) void who.destination.current(never).catch(() => undefined)
          }
        }
        await it.clock.advance(2 * HOUR)
        const last = await it.open()
        const end = await it.clock.until(last.destination.current(never).catch((error: unknown) => error))
        if (mode === 'strict' && deaths > 0 && end instanceof Error) {
          expect(end).toMatchObject({ code: 'klaviyo/credentials-rejected' })
          await connectByOauth(it, last, 'destination')
          expect(await accepted(it, await last.destination.current(never))).toBe(true)
        } else expect(await accepted(it, end as RequestAuth)).toBe(true)
      }),
      { numRuns: 60 },
    )
  })
})
