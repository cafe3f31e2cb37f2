/** A local Intercom and a local Klaviyo on the virtual clock, and one connector between them that can be killed. */
import { intercomToKlaviyo } from '../../../connector/index.ts'
import { loadConnectorSpec } from '../../../connector/spec.ts'
import type { Connector } from '../../../runtime/connector.ts'
import type { Clock, Fetch } from '../../../runtime/ports/effects.ts'
import type { Store } from '../../../runtime/ports/store.ts'
import { memoryStore } from '../../../runtime/store/memory/store.ts'
import { sqliteStore } from '../../../runtime/store/sqlite/store.ts'
import type { Course, Step } from '../../../sandbox/courses/course.ts'
import { createIntercomSandbox } from '../../../sandbox/intercom/server.ts'
import { createKlaviyoSandbox } from '../../../sandbox/klaviyo/server.ts'
import { seededRandom } from '../open-intercom.ts'
import { virtualClock } from '../virtual-clock.ts'

const TOKEN = 'test-token'
const SECRET = 'test-client-secret'
const KEY = 'pk_test'
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

interface Running {
  readonly connector: Connector
  stop(): Promise<void>
  kill(): void
}

export function createBench({ file, intercept }: BenchOptions = {}) {
  const clock = virtualClock()
  const random = seededRandom(1)
  const begin = clock.now()
  let subscribed = false
  let running: Running | undefined
  let process = 1
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
    const life = { over: false }
    const mortal = <T>(promise: Promise<T>) => promise.then((value) => (life.over ? never<T>() : value))
    // Whole milliseconds, as a system's clock.
    const own: Clock = {
      now: () => Math.floor(clock.now()),
      sleep: (ms, signal) => mortal(clock.sleep(ms, signal)),
    }
    const pid = process++
    const owner = { id: `${pid}.course`, pid, start: 'course' }
    const store =
      file === undefined ? memory : await sqliteStore(file, { clock: own, owner, isAlive: (it) => it === pid })
    const connector = await intercomToKlaviyo({
      secrets: { intercomAccessToken: TOKEN, intercomClientSecret: SECRET, klaviyoApiKey: KEY },
      fetch: (request) => (life.over ? never() : mortal(network(request))),
      clock: own,
      random,
      store: mortalStore(store, life),
      settings: { spec },
    })
    const stopping = new AbortController()
    const working = connector.work({ signal: stopping.signal })
    running = {
      connector,
      async stop() {
        stopping.abort()
        await working
        await connector.close()
        if (file !== undefined) await store.close()
      },
      kill() {
        life.over = true
      },
    }
  }

  async function stop(): Promise<void> {
    await running?.stop()
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

/** Between two looks for records that are due: a worker that looks each second costs the test a second for each hour. */
const POLL_EVERY = 15_000

/** The store of a process that dies: it neither answers nor writes any more. */
function mortalStore(store: Store, life: { readonly over: boolean }): Store {
  return new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name)
      if (typeof value !== 'function') return value
      if (name === 'wait') {
        const wait: Store['wait'] = (lane, _, signal) => target.wait(lane, POLL_EVERY, signal)
        return wait
      }
      return (...args: unknown[]) => (life.over ? never() : value.apply(target, args))
    },
  })
}

const never = <T>(): Promise<T> => new Promise(() => undefined)
