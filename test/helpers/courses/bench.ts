/** A local Intercom and a local Klaviyo on the virtual clock, and one connector between them that can be killed. */
import { loadConnectorSpec } from '../../../connector/spec.ts'
import { virtualClock } from '../../../runtime/conformance/virtual-clock.ts'
import { createProcessIdentity } from '../../../runtime/lib/process-identity.ts'
import type { Fetch } from '../../../runtime/ports/effects.ts'
import { memoryStore } from '../../../runtime/store/memory/store.ts'
import { sqliteStore } from '../../../runtime/store/sqlite/store.ts'
import type { Course, Step } from '../../../sandbox/courses/course.ts'
import { createIntercomSandbox } from '../../../sandbox/intercom/server.ts'
import { createKlaviyoSandbox } from '../../../sandbox/klaviyo/server.ts'
import { KEY, type MortalProcess, SECRET, startMortalProcess, TOKEN } from '../mortal-process.ts'
import { seededRandom } from '../open-intercom.ts'

const MINUTE = 60_000

export const spec = await loadConnectorSpec()

/** Metrics with history; of these, some are imported on request only. */
export const METRICS_WITH_HISTORY: readonly string[] = spec.mappings
  .filter(({ stream }) => stream !== undefined)
  .map(({ metric }) => metric)

export interface BenchOptions {
  /** A SQLite file, which survives a kill. Default: memory. */
  readonly file?: string
  /** Answers in place of a local server, unless it returns undefined. */
  readonly intercept?: (request: Request) => Promise<Response | undefined>
}

export function createBench({ file, intercept }: BenchOptions = {}) {
  const clock = virtualClock()
  const random = seededRandom(1)
  const begin = clock.now()
  let subscribed = false
  let running: MortalProcess | undefined
  let pids = 1
  let liveSince: number | undefined
  const intercom = createIntercomSandbox({
    clock,
    random,
    token: TOKEN,
    clientSecret: SECRET,
    conversations: 0,
    tickets: 0,
    now: begin - MINUTE,
    webhookUrl: () => (subscribed ? 'http://localhost/webhooks/intercom' : undefined),
    fetch: async (request) => (await intercept?.(request)) ?? receive(request),
  })
  const klaviyo = createKlaviyoSandbox({ clock, random, key: KEY })
  const network: Fetch = async (request) =>
    (await intercept?.(request)) ??
    (request.url.startsWith('https://a.klaviyo.com') ? klaviyo.fetch(request) : intercom.fetch(request))
  const memory = memoryStore({ clock })

  async function receive(request: Request): Promise<Response> {
    if (running === undefined) throw new TypeError('fetch failed')
    const response = await running.connector.receive(request)
    if (response.ok) liveSince ??= clock.now()
    return response
  }

  /** Starts a process: a connector that delivers until it is stopped or killed. */
  async function start(): Promise<void> {
    const pid = pids++
    const self = createProcessIdentity({ pid, start: 'course', machine: 'course', isAlive: (it) => it === pid })
    const process = await startMortalProcess({
      spec,
      clock,
      random,
      network,
      lookEvery: 15_000,
      openStore: async (own) => (file === undefined ? memory : sqliteStore(file, { clock: own, self })),
    })
    process.work()
    running = process
  }

  async function stop(): Promise<void> {
    await running?.stop()
    if (file !== undefined) await running?.connector.store.close()
    running = undefined
  }

  return {
    clock,
    begin,
    klaviyo,
    /** The receipt of the first webhook that was accepted: what happened before it is history's. */
    liveSince: () => liveSince ?? Number.POSITIVE_INFINITY,
    start,
    stop,
    /** Ends the process without another write, as SIGKILL does. */
    kill() {
      running?.kill()
      running = undefined
    },
    subscribe() {
      subscribed = true
    },
    async importHistory(): Promise<void> {
      const only = METRICS_WITH_HISTORY
      const reading = running?.connector.backfill({ signal: new AbortController().signal, only }) ?? []
      for await (const { phase } of reading) if (phase === 'done') return
    },
    play: (course: Course, onStep?: (step: Step, index: number) => Promise<void>) =>
      intercom.play(course, {
        begin,
        onStep,
        async until(time) {
          await clock.sleep(Math.min(10 * MINUTE, time - clock.now()))
          // A process that idles for days would only cost the test time.
          if (time - clock.now() > 10 * MINUTE && running !== undefined) {
            await stop()
            await clock.sleep(time - clock.now() - 5 * MINUTE)
            await start()
          }
          await clock.sleep(time - clock.now())
        },
      }),
    close() {
      running?.kill()
      intercom.close()
    },
  }
}

export type Bench = ReturnType<typeof createBench>
