/** `runs`: every import keeps its figures, and the events behind a figure can be listed. */
import { expect, test } from 'vitest'
import { memoryStore } from '../../../runtime/store/memory/store.ts'
import { runCommand } from '../../helpers/cli-fake.ts'
import { startConnector } from '../../helpers/connector-harness.ts'

/** Two imports of one history: the second restarts the first. */
async function importTwice() {
  const shop = await startConnector()
  const store = shop.store
  for (const options of [{ startedBy: 'console' }, { restart: true, since: shop.clock.now() - 30 * 86_400_000 }]) {
    const all = async () => {
      for await (const _ of shop.connector.backfill({ ...options, signal: new AbortController().signal }));
    }
    await shop.clock.until(all())
    await shop.clock.advance(60_000)
  }
  return { ...shop, store }
}

test('lists all runs, the newest first, and a restart keeps the figures of the run before', async () => {
  const { store, connector } = await importTwice()
  const [second, first] = await connector.listRuns()
  expect(first).toMatchObject({ phase: 'done', startedBy: 'console', alreadySent: 0, dead: 0 })
  expect(first?.eventsSent).toBeGreaterThan(80)
  expect(first?.endedAt).toBeGreaterThan(first?.startedAt ?? 0)
  expect(second).toMatchObject({ phase: 'done', eventsSent: 0 })
  expect(second?.alreadySent).toBeGreaterThan(0)
  expect(second?.skipped['already-delivered']).toBeUndefined()
  for (const run of [first, second])
    for (const { metric, sent, alreadySent, leftOut } of run?.byMetric ?? [])
      if (metric !== '') expect([metric, sent + alreadySent + Object.keys(leftOut).length]).not.toContain(0)

  const { exit, out } = await runCommand(['runs'], { store })
  expect(exit).toBe(0)
  expect(out.split('\n')).toHaveLength(4)
  expect(out).toMatch(new RegExp(`${second?.run}.*complete\\n${first?.run}.*console.*complete`))
  const { out: json } = await runCommand(['runs', '--json'], { store })
  expect(JSON.parse(json)).toMatchObject([{ run: second?.run }, { run: first?.run, sent: first?.eventsSent }])
})

test('shows the report of one run, and lists the events behind a figure', async () => {
  const { store, connector } = await importTwice()
  const [, first] = await connector.listRuns()
  const [reason = '', count = 0] = Object.entries(first?.skipped ?? {})[0] ?? []
  const { out: report } = await runCommand(['runs', first?.run ?? ''], { store })
  expect(report).toContain(`connector runs ${first?.run} --reason`)
  const { out } = await runCommand(['runs', first?.run ?? '', '--reason', reason, '--limit', '1000'], { store })
  expect(out.trim().split('\n')).toHaveLength(count)
  for (const line of out.trim().split('\n')) expect(line).toMatch(new RegExp(`^${first?.run}:.*skipped: ${reason}$`))
})

test('without imports and for an unknown run it says so', async () => {
  const store = memoryStore({ clock: { now: () => 0, sleep: async () => undefined } })
  expect((await runCommand(['runs'], { store })).err).toContain('No import yet')
  const unknown = await runCommand(['runs', 'run-x'], { store })
  expect([unknown.exit, unknown.err]).toEqual([2, expect.stringContaining('unknown run "run-x"')])
})
