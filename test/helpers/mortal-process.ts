/** A connector on the virtual clock that can be killed at any moment: then it neither answers, sends nor writes any more. */
import { functions, intercomToKlaviyo } from '../../connector/index.ts'
import type { Connector } from '../../runtime/connector.ts'
import { processIsolation } from '../../runtime/delivery/cut-off.ts'
import type { Clock, Fetch, Random } from '../../runtime/ports/effects.ts'
import type { Store } from '../../runtime/ports/store.ts'
import type { Spec } from '../../runtime/spec/spec.ts'

// Reading a library takes real time, in which a virtual clock finds nothing to do.
for (const { load } of functions) await load?.()

export const TOKEN = 'test-token'
export const SECRET = 'test-client-secret'
export const KEY = 'pk_test'

/** Before or after a call of the process to the world outside it; only what comes after has had an effect. */
export interface Moment {
  /** The name of a store method, or `source` or `destination` for a request. */
  readonly place: string
  readonly when: 'before' | 'after'
}

export interface MortalOptions {
  readonly spec: Spec
  readonly clock: Clock
  readonly random: Random
  /** Sends the process's requests. */
  readonly network: Fetch
  readonly openStore: (clock: Clock) => Promise<Store>
  /** Milliseconds between two looks for due records: a worker that looks each second costs the test a second for each hour. */
  readonly lookEvery: number
  /** Whether the process dies at this moment. */
  readonly dies?: (moment: Moment) => boolean
}

export interface MortalProcess {
  readonly connector: Connector
  /** Delivers until it is stopped or killed; with `poll` it reconciles, too. */
  work(options?: { readonly poll?: boolean }): void
  /** Ends as SIGTERM does. The store stays open. */
  stop(): Promise<void>
  /** Ends without another write, as SIGKILL does. */
  kill(): void
}

export async function startMortalProcess(options: MortalOptions): Promise<MortalProcess> {
  const { spec, clock, random, network } = options
  const life = new Life(options.dies ?? (() => false))
  // Whole milliseconds, as a system's clock.
  const own: Clock = {
    now: () => Math.floor(clock.now()),
    sleep: (ms, signal) => life.answer(clock.sleep(ms, signal)),
  }
  const connector = await intercomToKlaviyo({
    secrets: { intercomAccessToken: TOKEN, intercomClientSecret: SECRET, klaviyoApiKey: KEY },
    fetch: (request) =>
      life.call(request.url.startsWith(spec.destination.host) ? 'destination' : 'source', () => network(request)),
    clock: own,
    random,
    store: mortalStore(await options.openStore(own), life, options.lookEvery),
    settings: { spec },
  })
  const stopping = new AbortController()
  const working: Promise<void>[] = []
  return {
    connector,
    work({ poll = false } = {}) {
      const { signal } = stopping
      working.push(connector.work({ signal }), ...(poll ? [connector.pollChanges({ signal })] : []))
    },
    async stop() {
      stopping.abort()
      await Promise.all(working)
      await connector.close()
    },
    kill() {
      life.end()
      stopping.abort()
      processIsolation.reset()
    },
  }
}

class Life {
  readonly #dies: (moment: Moment) => boolean
  #over = false

  constructor(dies: (moment: Moment) => boolean) {
    this.#dies = dies
  }

  end(): void {
    this.#over = true
  }

  /** Nothing answers a dead process. */
  answer<T>(promise: Promise<T>): Promise<T> {
    return promise.then(
      (value) => (this.#over ? never<T>() : value),
      (error: unknown) => (this.#over ? never<T>() : Promise.reject(error)),
    )
  }

  call<T>(place: string, effect: () => Promise<T>): Promise<T> {
    if (this.#endsAt({ place, when: 'before' })) return never()
    return this.answer(effect().finally(() => this.#endsAt({ place, when: 'after' })))
  }

  #endsAt(moment: Moment): boolean {
    if (!this.#over && this.#dies(moment)) this.#over = true
    return this.#over
  }
}

function mortalStore(store: Store, life: Life, lookEvery: number): Store {
  return new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name)
      if (typeof value !== 'function') return value
      if (name === 'wait') {
        const wait: Store['wait'] = (lane, _, signal) => life.answer(target.wait(lane, lookEvery, signal))
        return wait
      }
      return (...args: unknown[]) => life.call(String(name), async () => value.apply(target, args))
    },
  })
}

const never = <T>(): Promise<T> => new Promise(() => undefined)
