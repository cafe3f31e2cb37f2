/** The machine behaves badly: nothing acknowledged is lost, dead or late for it, and `/healthz` answers meanwhile. Real processes. */
import { execFile } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { openEngine } from '../../runtime/store/sqlite/engine.ts'
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
import { findContact, replyNotification } from '../helpers/processes/replies.ts'

const DAY = 86_400_000
const helper = (name: string) => fileURLToPath(new URL(`../helpers/processes/${name}`, import.meta.url))

interface Machine {
  readonly process: RunningProcess
  readonly webhook: string
  /** The store's. */
  readonly file: string
  /** Sends webhooks, ten at a time. Resolves to the number that was acknowledged. */
  send(count: number): Promise<number>
  /** Waits until every acknowledged webhook is delivered. */
  allArrive(): Promise<void>
  /** Whether Intercom answers every request with an error. */
  setFailing(isFailing: boolean): void
  setClock(step: number): Promise<void>
}

interface Condition {
  readonly what: string
  /** A command that runs the process. */
  readonly through?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly during: (machine: Machine) => Promise<void>
}

const limited = (command: string) => ['sh', '-c', `${command}; exec "$@"`, 'sh']

const CONDITIONS: readonly Condition[] = [
  {
    what: 'few descriptors',
    through: limited('ulimit -n 96'), // Node opens about 50 modules at once while it starts
    during: async ({ send, allArrive }) => {
      await send(200)
      // Their delivery needs the descriptors, too.
      await allArrive()
      expect(await send(20)).toBe(20)
    },
  },
  {
    what: 'a small heap',
    env: { NODE_OPTIONS: '--max-old-space-size=64' },
    during: async ({ send }) => {
      expect(await send(400)).toBe(400)
    },
  },
  {
    what: 'another program that holds the lock of the store for 12 seconds',
    during: async ({ send, file }) => {
      const other = await openEngine(file)
      other.exec('PRAGMA busy_timeout = 5000; BEGIN IMMEDIATE')
      const end = systemClock.now() + 12_000
      while (systemClock.now() < end) await send(10)
      other.exec('ROLLBACK')
      other.close()
      expect(await send(20)).toBe(20)
    },
  },
  {
    what: '200 strangers who send 4 MiB each',
    during: async ({ send, webhook, process }) => {
      const before = memoryOf(process)
      const strangers = promisify(execFile)('node', [helper('strangers.mjs'), webhook, '200'])
      const [{ stdout }] = await Promise.all([strangers, send(100)])
      expect(Object.keys(JSON.parse(stdout))).toContain('503')
      expect(stdout).not.toContain('"200"')
      expect(memoryOf(process) - before).toBeLessThan(150)
      expect(await send(20)).toBe(20)
    },
  },
  ...[DAY, -DAY].map((step) => ({
    what: `a clock that is set ${step > 0 ? 'ahead' : 'back'} by a day, and right again`,
    env: { NODE_OPTIONS: `--import=${helper('set-clock.mjs')}` },
    during: async ({ send, setClock, setFailing }: Machine) => {
      await send(10)
      setFailing(true)
      await send(10)
      // The attempts within the process take two seconds: then the records wait in the store.
      await systemClock.sleep(4_000)
      await setClock(step)
      setFailing(false)
      expect(await send(20)).toBe(20)
      await systemClock.sleep(2_000)
      await setClock(0)
      expect(await send(20)).toBe(20)
    },
  })),
  ...['tr_TR.UTF-8', 'C'].map((locale) => ({
    what: `zone Asia/Kathmandu, locale ${locale}`,
    env: { TZ: 'Asia/Kathmandu', LC_ALL: locale, LANG: locale },
    during: async ({ send }: Machine) => {
      expect(await send(50)).toBe(50)
    },
  })),
]

/** The most resident memory so far, MB. 0 where the system has no such file. */
function memoryOf({ child }: RunningProcess): number {
  if (!existsSync('/proc/self/status')) return 0
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024
}

/** Requests `/healthz` again and again. Rejects if one is not answered within five seconds, which a busy machine needs. */
async function watchHealth(url: string, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    const { status } = await fetch(new URL('/healthz', url), { signal: AbortSignal.timeout(5_000) })
    expect(status).toBe(200)
    await systemClock.sleep(100)
  }
}

async function endureCondition({ through = [], env = {}, during }: Condition): Promise<void> {
  const closing = createCleanup()
  let isFailing = false
  try {
    const { klaviyo, env: sides } = await startSandbox(closing, {
      conversations: 5,
      tickets: 5,
      limits: false,
      intercept: () => (isFailing ? new Response('{}', { status: 500 }) : undefined),
    })
    const contact = await findContact(sides.INTERCOM_BASE_URL)
    const folder = temporaryFolder(closing)
    const [file, clockStep] = [join(folder, 'store.db'), join(folder, 'clock-step')]
    const settings = { ...sides, CLOCK_STEP: clockStep, CONNECTOR_STORE: `sqlite:${file}`, ...env }
    const process = startProcess(['start', '--port', '0', '--json'], settings, closing, through)
    const { webhook = '', url = '' } = await process.firstOutput
    const acknowledged = new Set<number>()
    let n = 0
    let isOver = false
    const health = watchHealth(url, () => isOver)
    const send = async (count: number) => {
      const sendOne = async (mine: number) => {
        if (await postSigned(webhook, replyNotification(mine, contact))) acknowledged.add(mine)
      }
      const before = acknowledged.size
      for (let left = count; left > 0; left -= 10)
        await Promise.all(Array.from({ length: Math.min(left, 10) }, () => sendOne(n++)))
      return acknowledged.size - before
    }
    const setClock = async (step: number) => {
      writeFileSync(clockStep, String(step))
      process.child.kill('SIGUSR2')
      await systemClock.sleep(200)
    }
    const setFailing = (failing: boolean) => {
      isFailing = failing
    }
    const replies = () => klaviyo.events({ metric: 'Replied to Conversation' })
    const numbers = () => replies().map(({ key }) => Number(key?.split(':').at(-1)) - 9_000_000)
    const allArrive = async () => {
      await waitUntil('all arrive', () => {
        const arrived = new Set(numbers())
        return [...acknowledged].every((one) => arrived.has(one))
      })
    }
    await Promise.race([during({ process, webhook, file, send, allArrive, setClock, setFailing }), health])
    await allArrive()
    isOver = true
    await health
    expect(await process.kill('SIGTERM')).toBe(0)
    expect(numbers().length).toBe(new Set(numbers()).size)
    expect(replies().filter(({ triggersFlows }) => !triggersFlows)).toEqual([])
    expect(process.log()).not.toMatch(/dead letter|bug\/|please report|\n +at /)
  } finally {
    isFailing = false
    await closing.close()
  }
}

describe.concurrent('a row of its own process each', () => {
  test.each(CONDITIONS)('$what', endureCondition, 60_000)
})
