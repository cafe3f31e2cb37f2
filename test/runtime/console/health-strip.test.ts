/** The status on every page, and the pages around it, before setup, while delivery is stopped and after disconnecting. */
import { expect, test } from 'vitest'
import { connectorFromSpec } from '../../../connector/index.ts'
import { healthStrip } from '../../../runtime/console/health-strip.ts'
import type { Health, Problem, ProblemCode } from '../../../runtime/health/types.ts'
import { completeSetup, createAuthHarness, never, spec } from '../../helpers/auth.ts'
import { browser, createTestConsole, LOCAL } from '../../helpers/console.ts'

/** The console of a person with these rights; `isUsed`: both accounts were connected, then disconnected. */
async function open(may: 'view' | 'set-up', isUsed: boolean) {
  const it = createAuthHarness()
  if (isUsed) await (await completeSetup(it)).setup.disconnect(never)
  const connections = await it.open()
  const { clock, fetch, logger, store } = it
  const connector = connectorFromSpec(spec, store, { clock, fetch, logger, random: () => 0.5, connections })
  const { created } = createTestConsole(connector, clock, { connections, visitor: () => ({ id: '7', may }) })
  return { ...it, connector, client: browser(created, LOCAL) }
}

test.each([
  ['before setup', 'Setup is not finished', false],
  ['after disconnecting', 'Both accounts are disconnected', true],
] as const)('a viewer sees the overview %s, and no link that would be refused', async (_, title, isUsed) => {
  const { client } = await open('view', isUsed)
  const answer = await client.get('/')
  const text = await answer.text()
  expect(answer.status).toBe(200)
  expect(text).toContain(title)
  expect(text).toContain('this takes a person who may set up this connector')
  expect(text).not.toMatch(/href="\/set-up(\/check)?"/)
})

test.each([
  ['/events', 'No event yet.'],
  ['/failed-events', 'no record was received yet'],
  ['/history', 'An import needs both accounts'],
])('%s says what to do before setup and after disconnecting', async (path, words) => {
  for (const isUsed of [false, true]) {
    const owner = await (await open('set-up', isUsed)).client.text(path)
    const [, main = ''] = owner.split('<main')
    expect(main).toContain(words)
    expect(main).toMatch(/href="\/set-up">(Continue setup|Connect the accounts again)</)
    expect(main).not.toContain('Estimate import')
    const viewer = await (await open('view', isUsed)).client.text(path)
    expect(viewer.split('<main')[1]).toContain('takes a person who may set up')
  }
})

test('while delivery is stopped, Delay says at once how long the oldest live record waits', async () => {
  const { client, connector, clock, store } = await open('view', true)
  store.backlog = async (lane) => (lane === 'live' ? { records: 1, oldest: clock.now() - 26_000 } : { records: 0 })
  expect(connector.gate.pausedReason()).toBeDefined()
  expect(await client.text('/')).toContain('over 26 s')
})

const problem = (code: ProblemCode, side?: Problem['side']): Problem => ({
  ...{ code, state: 'degraded', title: 'T', effect: 'kept', consequence: 'C', since: 0 },
  ...(side && { side }),
})

test.each([
  ['events-failed', undefined, []],
  ['events-refused', 'source', ['Intercom']],
  ['events-refused', 'destination', ['Klaviyo']],
  ['events-refused', 'neither', []],
] as const)('%s of %s marks the side that causes it', async (code, side, marked) => {
  const health: Health = { state: 'degraded', since: 0, problems: [problem(code, side)] }
  const context = { options: { connector: { spec } }, link: (path: string) => path, may: () => true }
  const page = `${await healthStrip({ health, accounts: {}, context: context as never })}`
  const names = [...page.matchAll(/<strong>(\w+)<svg[\s\S]*?has a problem/g)].map(([, name]) => name)
  expect(names).toEqual(marked)
})
