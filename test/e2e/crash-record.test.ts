/** A record that kills its process: set aside after three deaths, the others are delivered. Real processes, real crashes. */
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { openStore } from '../../runtime/store/open.ts'
import { systemClock } from '../../runtime/system.ts'
import {
  createCleanup,
  postSigned,
  type RunningProcess,
  startProcess,
  startSandbox,
  temporaryFolder,
  waitUntil,
} from '../helpers/processes/processes.ts'

const closing = createCleanup()
afterEach(() => closing.close())

const preload = new URL('../helpers/processes/kill-on-request.mjs', import.meta.url).href
const KILLER = 7

const person = (n: number) => ({ id: `person${n}x`, email: `person${n}@mail.sandbox-shop.com` })

function message(n: number): string {
  const created_at = Math.floor(systemClock.now() / 1000)
  const item = {
    type: 'conversation',
    id: `${7_000_000 + n}`,
    created_at,
    source: { type: 'conversation', delivered_as: 'customer_initiated', author: { type: 'user', id: person(n).id } },
    contacts: { type: 'contact.list', contacts: [{ type: 'contact', id: person(n).id }] },
  }
  const envelope = { type: 'notification_event', app_id: 'sandbox1', topic: 'conversation.user.created', created_at }
  return JSON.stringify({ ...envelope, id: `n${n}`, data: { type: 'notification_event_data', item } })
}

/** By the process itself; 0 if it has ended. */
async function countDeadLetters(webhook: string): Promise<number> {
  const text = await fetch(new URL('/metrics', webhook)).then(
    (answer) => answer.text(),
    () => '',
  )
  return Number(/^connector_dead_letters (\d+)$/m.exec(text)?.[1] ?? 0)
}

const causes: [when: string, how: string, mark: string][] = [
  ['while it is mapped', 'heap', `/contacts/${person(KILLER).id}`],
  ['while it is sent', 'abort', `:${7_000_000 + KILLER}"`],
]
test.each(causes)(
  'a record that kills its process %s (%s) is a dead letter by the fourth start',
  async (_, how, mark) => {
    const { klaviyo, env } = await startSandbox(closing, {
      conversations: 10,
      tickets: 10,
      intercept: ({ url }) => {
        const [, n] = /\/contacts\/person(\d+)x$/.exec(url) ?? []
        if (n === undefined) return undefined
        return Response.json({ type: 'contact', role: 'user', ...person(Number(n)), updated_at: 1_700_000_000 })
      },
    })
    const store = `sqlite:${join(temporaryFolder(closing), 'store.db')}`
    const options = `--import ${preload} --max-old-space-size=200`
    const start = (more: Readonly<Record<string, string>> = {}) =>
      startProcess(
        ['start', '--port', '0', '--store', store, '--json'],
        { ...env, ...more, NODE_OPTIONS: options },
        closing,
      )

    // Delivers nothing: it cannot learn its workspace.
    let running: RunningProcess = start({ KILL_ON: 'no mark', INTERCOM_BASE_URL: 'http://127.0.0.1:9' })
    const { webhook = '' } = await running.firstOutput
    for (let n = 0; n < 12; n++) expect(await postSigned(webhook, message(n))).toBe(true)
    await running.kill('SIGKILL')

    const isOver = () => klaviyo.events({ metric: 'Created Conversation' }).length >= 11
    let starts = 0
    let isRunning = false
    while (!isRunning) {
      starts += 1
      running = start({ KILL_ON: mark, KILL_HOW: how })
      const { webhook: address } = await running.firstOutput
      isRunning = true
      void running.exitCode.then(() => {
        isRunning = false
      })
      const isSettled = async () => !isRunning || (isOver() && (await countDeadLetters(address ?? '')) === 1)
      await waitUntil('all but one arrive', isSettled, 60_000).catch((error) => {
        throw new Error(`start ${starts}: ${running.log()}`, { cause: error })
      })
    }

    expect(starts).toBeLessThanOrEqual(4)
    const log = running.log()
    expect(await running.kill('SIGTERM')).toBe(0)
    const read = await openStore(store, { clock: systemClock })
    closing.add(read, () => read.close())
    const [dead] = await read.listDeadLetters({ limit: 10 })
    expect(dead?.body).toContain(person(KILLER).id)
    expect(dead?.outcome).toMatchObject({ status: 'dead', fault: { code: 'delivery/cut-off' } })
    expect(log).toContain('set aside')
    const arrived = klaviyo.events({ metric: 'Created Conversation' }).map(({ key }) => key)
    expect(new Set(arrived).size).toBe(11)
    expect(arrived).toHaveLength(11)
  },
  180_000,
)
