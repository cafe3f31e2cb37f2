/** Plays a schedule: a local Intercom and Klaviyo on the virtual clock, and between them a process that dies and returns. */
import { loadConnectorSpec } from '../../../connector/spec.ts'
import { virtualClock } from '../../../runtime/conformance/virtual-clock.ts'
import { createProcessIdentity } from '../../../runtime/lib/process-identity.ts'
import type { Clock, Fetch, ProcessIdentity } from '../../../runtime/ports/effects.ts'
import type { Store } from '../../../runtime/ports/store.ts'
import { memoryStore } from '../../../runtime/store/memory/store.ts'
import { sqliteStore } from '../../../runtime/store/sqlite/store.ts'
import { createIntercomSandbox } from '../../../sandbox/intercom/server.ts'
import { createKlaviyoSandbox } from '../../../sandbox/klaviyo/server.ts'
import { KEY, type MortalProcess, SECRET, startMortalProcess, TOKEN } from '../mortal-process.ts'
import { seededRandom } from '../open-intercom.ts'
import { type Outcome, readOutcome } from './outcome.ts'
import type { Crash, Endpoint, Period, Schedule, ServerFaults } from './schedule.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
/** Nothing takes longer: a page is retried for ten minutes, a record every hour. */
const LONGEST_WAIT = 12 * HOUR

const spec = await loadConnectorSpec()
const lag = spec.reconcile?.lag ?? 0

export interface Played {
  /** Once the first pass after the last fault is delivered. */
  readonly afterPass: Outcome
  /** Once the latest webhook has arrived, too. */
  readonly atEnd: Outcome
  /** Whenever a process began or died, and what the faults were. */
  readonly log: readonly string[]
}

/** Without a file every webhook arrives at once, no fault occurs, and nothing is polled after the first pass. */
export async function play(schedule: Schedule, file?: string): Promise<Played> {
  const stage = new Stage(schedule.seed, file)
  try {
    return await stage.clock.until(stage.play(schedule))
  } finally {
    await stage.close()
  }
}

class Stage {
  readonly clock = virtualClock()
  readonly #begin = this.clock.now()
  readonly #file: string | undefined
  readonly #random: ReturnType<typeof seededRandom>
  readonly #intercom: ReturnType<typeof createIntercomSandbox>
  readonly #klaviyo: ReturnType<typeof createKlaviyoSandbox>
  readonly #stores: Store[] = []
  readonly #log: string[] = []
  /** Conversations, once for each rating. */
  readonly #rated: string[] = []
  #limitRates = { source: 0, destination: 0 }
  #endpoint: Endpoint = 'up'
  #running: MortalProcess | undefined
  #armed: (Crash & { left: number }) | undefined
  #starting: Promise<void> = Promise.resolve()
  #pids = 1

  constructor(seed: number, file: string | undefined) {
    this.#file = file
    this.#random = seededRandom(seed)
    const effects = { clock: this.clock, random: seededRandom(seed + 1) }
    this.#intercom = createIntercomSandbox({
      ...effects,
      activityRandom: seededRandom(seed + 2),
      seed,
      token: TOKEN,
      clientSecret: SECRET,
      conversations: 40,
      tickets: 25,
      // Live delivery takes some of what happened just before it began.
      now: this.#begin - HOUR,
      webhookUrl: () => 'http://localhost/webhooks/intercom',
      fetch: (request) => this.#receive(request),
    })
    this.#klaviyo = createKlaviyoSandbox({ ...effects, key: KEY })
  }

  async play({ periods }: Schedule): Promise<Played> {
    const isCalm = this.#file === undefined
    await this.#start({ poll: !isCalm })
    if (isCalm) await this.#running?.connector.reconcile({ signal: new AbortController().signal })
    else await this.#nextPass(this.#begin)
    // Both runs act at the same times.
    await this.clock.sleep(this.#begin + HOUR - this.clock.now())
    for (const period of periods) await this.#playPeriod(period)
    await this.#setFaults({})
    await this.#starting
    const cleared = this.clock.now()
    if (!isCalm) await this.#nextPass(cleared + lag)
    await this.#drain()
    const afterPass = await this.#readOutcome()
    if (isCalm) return { afterPass, atEnd: afterPass, log: this.#log }
    // Passes of these hours would only cost the test time.
    await this.#running?.stop()
    await this.#start({ poll: false })
    await this.clock.sleep(2 * MINUTE + Math.max(...periods.map(({ webhooks }) => webhooks.delay ?? 0)))
    await this.#drain()
    return { afterPass, atEnd: await this.#readOutcome(), log: this.#log }
  }

  async #playPeriod(period: Period): Promise<void> {
    const isCalm = this.#file === undefined
    if (!isCalm) await this.#setFaults(period)
    if (!isCalm && period.crash) this.#armed = { ...period.crash, left: period.crash.nth }
    for (let i = 0; i < period.actions; i++) {
      void this.#intercom.act()
      await this.clock.sleep(period.gap)
    }
    await this.clock.sleep(period.rest)
    if (this.#armed) this.#die(this.#armed)
    const running = this.#running
    if (!isCalm && period.pass && running) {
      const [since, until] = [this.clock.now() - period.pass.since, this.clock.now() - period.pass.until]
      this.#log.push(`${this.#time()} pass by hand, ${period.pass.since / 1000} s`)
      // A source that fails ends it, and a process that dies does not answer.
      void running.connector.reconcile({ since, until, signal: new AbortController().signal }).catch(() => undefined)
    }
  }

  async #setFaults({ webhooks = {}, endpoint = 'up', source = {}, destination = {} }: Partial<Period>): Promise<void> {
    this.#log.push(`${this.#time()} ${JSON.stringify({ webhooks, endpoint, source, destination })}`)
    this.#endpoint = endpoint
    const { limitRate: ofSource = 0, ...sourceRules } = source
    const { limitRate: ofDestination = 0, ...destinationRules } = destination
    this.#limitRates = { source: ofSource, destination: ofDestination }
    const post = (rules: object) =>
      new Request('http://sandbox/sandbox/misbehave', { method: 'POST', body: JSON.stringify(rules) })
    await this.#intercom.fetch(post({ ...webhooks, ...sourceRules }))
    await this.#klaviyo.fetch(post(destinationRules))
  }

  async #start({ poll }: { readonly poll: boolean }): Promise<void> {
    const pid = this.#pids++
    const self = createProcessIdentity({ pid, start: 'life', machine: 'life', isAlive: (it) => it === pid })
    this.#log.push(`${this.#time()} start ${pid}`)
    const process = await startMortalProcess({
      spec,
      clock: this.clock,
      random: this.#random,
      network: this.#network,
      lookEvery: 5 * MINUTE,
      openStore: async (clock) => this.#openStore(clock, self),
      dies: ({ place, when }) => {
        const crash = this.#armed
        const counts = crash !== undefined && (crash.place === place || crash.place === 'any') && crash.when === when
        if (!counts || --crash.left > 0 || this.#running === undefined) return false
        this.#log.push(`${this.#time()} dies ${when} ${place}`)
        this.#die(crash)
        return true
      },
    })
    this.#running = process
    process.work({ poll })
  }

  async #openStore(clock: Clock, self: ProcessIdentity): Promise<Store> {
    if (this.#file === undefined) return memoryStore({ clock })
    const store = await this.clock.holdDuring(sqliteStore(this.#file, { clock, self }))
    this.#stores.push(store)
    return store
  }

  /** Kills the process, and starts the next one after the downtime. */
  #die({ downtime }: Crash): void {
    this.#armed = undefined
    if (this.#running === undefined) return
    this.#log.push(`${this.#time()} killed, down for ${downtime / 1000} s`)
    this.#running.kill()
    this.#running = undefined
    this.#starting = this.clock.sleep(downtime).then(() => this.#start({ poll: true }))
  }

  readonly #network: Fetch = async (request) => {
    const side = request.url.startsWith(spec.destination.host) ? 'destination' : 'source'
    if (this.#random() < this.#limitRates[side])
      return Response.json(
        { errors: [{ code: 'rate_limit_exceeded' }] },
        { status: 429, headers: { 'Retry-After': '3' } },
      )
    return side === 'source' ? this.#intercom.fetch(request) : this.#klaviyo.fetch(request)
  }

  async #receive(request: Request): Promise<Response> {
    const { topic, data } = (await request.clone().json()) as { topic: string; data: { item: { id: string } } }
    if (topic === 'conversation.rating.added') this.#rated.push(data.item.id)
    if (this.#running === undefined || this.#endpoint === 'down') throw new TypeError('fetch failed')
    const response = await this.#running.connector.receive(request)
    return this.#endpoint === 'answer-lost' ? new Promise(() => undefined) : response
  }

  /** Waits for a pass that began at this time or later. */
  async #nextPass(from: number): Promise<void> {
    await this.#waitUntil('a pass', async () => {
      const last = await this.#running?.connector.lastReconcile()
      return last !== undefined && last.startedAt >= from
    })
  }

  async #drain(): Promise<void> {
    await this.#waitUntil('delivery', async () => {
      const store = this.#running?.connector.store
      if (store === undefined) return false
      return (await store.backlog('live')).records + (await store.backlog('backfill')).records === 0
    })
  }

  async #waitUntil(what: string, holds: () => Promise<boolean>): Promise<void> {
    for (const end = this.clock.now() + LONGEST_WAIT; !(await holds()); ) {
      if (this.clock.now() > end) throw new Error([`no end of ${what}`, ...this.#log].join('\n'))
      await this.clock.sleep(20 * SECOND)
    }
  }

  async #readOutcome(): Promise<Outcome> {
    const store = this.#running?.connector.store
    if (store === undefined) throw new Error('no process runs')
    return readOutcome({ klaviyo: this.#klaviyo, store, rated: this.#rated })
  }

  #time(): string {
    return new Date(this.clock.now()).toISOString().slice(5, 19)
  }

  async close(): Promise<void> {
    this.#running?.kill()
    this.#intercom.close()
    for (const store of this.#stores) await store.close()
  }
}

export type { ServerFaults }
