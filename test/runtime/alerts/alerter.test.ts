/** One alert for each change of state: over restarts, by one of two processes, and again to a channel that refused it. */
import { expect, test } from 'vitest'
import { alertText } from '../../../runtime/alerts/alert-text.ts'
import { Alerter } from '../../../runtime/alerts/alerter.ts'
import type { Alert } from '../../../runtime/alerts/types.ts'
import { worstState } from '../../../runtime/health/assess.ts'
import type { Effect, Health, Problem, ProblemCode } from '../../../runtime/health/types.ts'
import { Fault } from '../../../runtime/ports/fault.ts'
import { memoryStore } from '../../../runtime/store/memory/store.ts'
import { silentLogger } from '../../../runtime/system.ts'
import { createFrozenClock } from '../../helpers/cli-fake.ts'

const MINUTE = 60_000
const signal = new AbortController().signal

function openAlerts() {
  const clock = createFrozenClock()
  const store = memoryStore({ clock })
  const sent: Alert[] = []
  const set: { refusal?: string | undefined; failedRecords: number } = { failedRecords: 1 }
  let ids = 0
  const channel = {
    name: 'chat',
    async send(alert: Alert) {
      if (set.refusal !== undefined) throw new Fault('transient', 'alerts/unreachable', set.refusal)
      sent.push(alert)
    },
  }
  const start = () =>
    new Alerter({
      store,
      clock,
      logger: silentLogger,
      randomId: () => `id-${ids++}`,
      connector: 'From to To',
      console: 'https://connector.example.com',
      channels: async () => [channel],
      failedRecords: async () => set.failedRecords,
    })
  const current = { alerter: start() }
  return {
    clock,
    sent,
    set,
    start,
    restart() {
      current.alerter = start()
    },
    last: () => current.alerter.last(),
    test: () => current.alerter.test(signal),
    see: (health: Health) => current.alerter.handle(health, signal),
    kinds: () => sent.map(({ kind, state, problems }) => [kind, state, ...problems.map(({ code }) => code)].join(' ')),
  }
}

function healthOf(since: number, ...problems: readonly Problem[]): Health {
  return { state: worstState(problems), since, problems }
}

const problem = (code: ProblemCode, since: number, effect: Effect = 'late', more: Partial<Problem> = {}): Problem => ({
  code,
  state: 'degraded',
  title: `Something is ${code}`,
  effect,
  consequence: 'Events wait',
  since,
  ...more,
})

test('a loss is told at once, once, and its end after five calm minutes', async () => {
  const it = openAlerts()
  const began = it.clock.at
  const lost = healthOf(began, problem('webhooks-refused', began, 'lost'))
  await it.see(lost)
  it.restart()
  it.clock.at += MINUTE
  await it.see(lost)
  expect(it.kinds()).toEqual(['problem degraded webhooks-refused'])
  const well = healthOf(it.clock.at)
  await it.see(well)
  it.clock.at += 4 * MINUTE
  await it.see(well)
  expect(it.sent.length).toBe(1)
  it.clock.at += MINUTE
  await it.see(well)
  await it.see(well)
  expect(it.kinds()).toEqual(['problem degraded webhooks-refused', 'recovery healthy'])
  expect(it.sent[1]?.ended).toEqual(['webhooks-refused'])
})

test('what is only late is told after five minutes, and not if it has ended by then', async () => {
  const it = openAlerts()
  const began = it.clock.at
  const late = healthOf(began, problem('destination-unreachable', began))
  await it.see(late)
  it.clock.at += 4 * MINUTE
  await it.see(healthOf(it.clock.at))
  it.clock.at += 6 * MINUTE
  await it.see(healthOf(it.clock.at - 6 * MINUTE))
  expect(it.kinds()).toEqual([])
  const again = it.clock.at
  await it.see(healthOf(again, problem('destination-unreachable', again)))
  it.clock.at += 5 * MINUTE
  await it.see(healthOf(again, problem('destination-unreachable', again)))
  expect(it.kinds()).toEqual(['problem degraded destination-unreachable'])
})

test('a new problem and a worse state are told, a problem fewer is not', async () => {
  const it = openAlerts()
  const at = it.clock.at
  const refused = problem('webhooks-refused', at, 'lost')
  const stopped = problem('credentials-rejected', at, 'kept', { state: 'stopped' })
  await it.see(healthOf(at, refused))
  await it.see(healthOf(at, stopped, refused))
  await it.see(healthOf(at, stopped))
  expect(it.kinds()).toEqual([
    'problem degraded webhooks-refused',
    'problem stopped credentials-rejected webhooks-refused',
  ])
})

test('failed events are told from the threshold on', async () => {
  const it = openAlerts()
  it.set.failedRecords = 10
  const at = it.clock.at
  await it.see(healthOf(at, problem('events-failed', at, 'kept', { count: 9 })))
  it.clock.at += 10 * MINUTE
  await it.see(healthOf(at, problem('events-failed', at, 'kept', { count: 9 })))
  expect(it.kinds()).toEqual([])
  await it.see(healthOf(at, problem('events-failed', at, 'kept', { count: 10 })))
  expect(it.kinds()).toEqual(['problem degraded events-failed'])
})

test('a channel that refuses is tried again, with the same id, less and less often', async () => {
  const it = openAlerts()
  const lost = healthOf(it.clock.at, problem('webhooks-refused', it.clock.at, 'lost'))
  it.set.refusal = 'chat does not answer'
  await it.see(lost)
  await it.see(lost)
  expect(await it.last()).toMatchObject({ failures: { chat: 'chat does not answer' } })
  it.set.refusal = undefined
  it.clock.at += MINUTE - 1
  await it.see(lost)
  expect(it.sent).toEqual([])
  it.clock.at += 1
  await it.see(lost)
  it.clock.at += MINUTE
  await it.see(lost)
  expect(it.sent.map(({ id }) => id)).toEqual(['id-0'])
  expect(await it.last()).toMatchObject({ failures: {} })
})

test('a first setup is no alert', async () => {
  const it = openAlerts()
  const began = it.clock.at
  const unfinished = healthOf(began, problem('setup-incomplete', began, 'lost', { state: 'stopped' }))
  await it.see(unfinished)
  it.clock.at += 10 * MINUTE
  await it.see(unfinished)
  expect(it.kinds()).toEqual([])
})

test('of two processes on one store one sends', async () => {
  const it = openAlerts()
  const lost = healthOf(it.clock.at, problem('webhooks-refused', it.clock.at, 'lost'))
  const other = it.start()
  await Promise.all([it.see(lost), other.handle(lost, signal), it.see(lost)])
  expect(it.sent.length).toBe(1)
})

test('a test alert says what became of it, and changes nothing', async () => {
  const it = openAlerts()
  expect(await it.test()).toEqual({ chat: null })
  it.set.refusal = 'no such channel'
  expect(await it.test()).toEqual({ chat: 'no such channel' })
  expect([it.kinds(), await it.last()]).toEqual([['test '], undefined])
  const [alert] = it.sent
  expect(alert).not.toHaveProperty('state')
  expect(alert && alertText(alert)).toMatch(/This is a test.*nothing about the present state/)
})
