/** A third of the webhooks lost, two kills and an hour away: the next pass finds all of it, at a bounded cost. Real processes. */
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { type VirtualClock, virtualClock } from '../../runtime/conformance/virtual-clock.ts'
import { systemClock, systemFetch } from '../../runtime/system.ts'
import type { IntercomSandboxOptions } from '../../sandbox/intercom/server.ts'
import type { RecordedEvent } from '../../sandbox/klaviyo/event-store.ts'
import { startConnector } from '../helpers/connector-harness.ts'
import { seededRandom } from '../helpers/open-intercom.ts'
import {
  createCleanup,
  startProcess,
  startSandbox,
  temporaryFolder,
  waitUntil,
} from '../helpers/processes/processes.ts'

const closing = createCleanup()
afterEach(() => closing.close())

const MINUTE = 60_000
/** Before the next process starts: the last actions are older than the lag. */
const BEGIN = systemClock.now() - 90 * MINUTE
/** Actions before the first kill, before the second, and while no process runs; one every `gap`. */
const LOAD = [
  { actions: 20, gap: 15_000 },
  { actions: 20, gap: 15_000 },
  { actions: 60, gap: MINUTE },
] as const

/** The same history and the same actions in both runs. */
const intercomOptions = (clock: VirtualClock): Partial<IntercomSandboxOptions> => ({
  clock,
  activityRandom: seededRandom(7),
  conversations: 60,
  tickets: 40,
  now: BEGIN - 60 * MINUTE,
  limit: { limit: 1_000_000, per: 10_000 },
})

/** Readings aside, which Intercom does not keep. */
const listEvents = (events: readonly RecordedEvent[]) =>
  events
    .filter(({ metric }) => metric !== 'Read Conversation')
    .map(({ metric, time, key }) => `${metric} ${time} ${key}`)
    .sort()

/** A run in one process in which every webhook arrives, and the conversations in which contacts wrote. */
async function playUndisturbed() {
  const clock = virtualClock(BEGIN)
  const wrote = new Set<string>()
  const run: Awaited<ReturnType<typeof startConnector>> = await startConnector({
    ...intercomOptions(clock),
    webhookUrl: () => 'http://localhost/webhooks/intercom',
    fetch: async (request) => {
      const { topic, data } = (await request.clone().json()) as { topic: string; data: { item: { id: string } } }
      if (topic.startsWith('conversation.user.')) wrote.add(data.item.id)
      return run.connector.receive(request)
    },
  })
  await clock.until(run.connector.reconcile({ signal: new AbortController().signal }))
  await clock.advance(BEGIN + MINUTE - clock.now())
  for (const { actions, gap } of LOAD)
    for (let i = 0; i < actions; i++) {
      const next = clock.now() + gap
      await run.intercom.act()
      await clock.advance(next - clock.now())
    }
  await run.work(5 * MINUTE)
  return { events: listEvents(run.klaviyo.events()), wrote }
}

/** Starts Node with its clock at another time. */
function atTime(now: number): string {
  const source = `const{now}=Date;Date.now=()=>now()+(${Math.round(now - systemClock.now())})`
  return `--import=data:text/javascript,${encodeURIComponent(source)}`
}

async function readMetric(webhook: string, name: string): Promise<number | undefined> {
  const text = await (await fetch(new URL('/metrics', webhook))).text()
  const values = [...text.matchAll(new RegExp(`^${name}(?:\\{.*\\})? ([\\d.e+]+)$`, 'gm'))].map(([, value]) =>
    Number(value),
  )
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0)
}

test('nothing is missing after the next pass, and nothing is doubled', async () => {
  const expected = await playUndisturbed()
  const clock = virtualClock(BEGIN)
  let webhook: string | undefined
  let polls: string[] = []
  const { intercom, klaviyo, env } = await startSandbox(closing, {
    ...intercomOptions(clock),
    webhookUrl: () => webhook,
    fetch: systemFetch,
    intercept(request) {
      const { pathname } = new URL(request.url)
      if (pathname.endsWith('/search'))
        void request
          .clone()
          .text()
          .then((body) => body.includes('updated_at') && polls.push(pathname))
      return undefined
    },
  })
  const store = `sqlite:${join(temporaryFolder(closing), 'store.db')}`
  const start = async () => {
    const settings = { ...env, NODE_OPTIONS: atTime(clock.now()) }
    const process = startProcess(['start', '--port', '0', '--store', store, '--json'], settings, closing)
    webhook = (await process.firstOutput).webhook ?? ''
    return { ...process, webhook }
  }
  const act = async ({ actions, gap }: (typeof LOAD)[number]) => {
    for (let i = 0; i < actions; i++) {
      await intercom.act()
      await clock.advance(gap)
    }
  }

  let process = await start()
  await waitUntil(
    'the first pass',
    async () => (await readMetric(process.webhook, 'connector_reconcile_timestamp_seconds')) !== undefined,
  )
  await clock.advance(MINUTE)
  intercom.misbehave({ loseRate: 1 / 3, pauseAfter: 3 })
  for (const phase of LOAD.slice(0, 2)) {
    await act(phase)
    await process.kill('SIGKILL')
    if (phase === LOAD[0]) process = await start()
  }
  await act(LOAD[2]) // no process runs
  intercom.misbehave({})

  const lost = intercom.notifications().filter(({ status }) => status === 'lost').length
  const before = { ...intercom.calls() }
  polls = []
  await clock.advance(systemClock.now() - clock.now())
  const restartedAt = clock.now() / 1000
  process = await start()
  const { webhook: address } = process
  const isRead = async () => ((await readMetric(address, 'connector_reconcile_timestamp_seconds')) ?? 0) >= restartedAt
  await waitUntil('the next pass', isRead)
  await waitUntil('delivery', async () => (await readMetric(address, 'connector_backlog_records')) === 0)
  expect(await process.kill('SIGTERM')).toBe(0)

  expect(lost).toBeGreaterThan(50) // fewer would prove nothing
  expect(listEvents(klaviyo.events())).toEqual(expected.events)
  // Fewer than 150 records of each kind have changed.
  expect(polls.sort()).toEqual(['/contacts/search', '/conversations/search', '/tickets/search'])
  const name = 'GET /conversations/{id}'
  expect((intercom.calls()[name] ?? 0) - (before[name] ?? 0)).toBeLessThanOrEqual(expected.wrote.size)
}, 180_000)
