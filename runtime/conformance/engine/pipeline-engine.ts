/** Runs a case through a whole connector: received, stored, delivered, sent; without a network, on a virtual clock. */
import type { Connector } from '../../connector.ts'
import { createConnector } from '../../create-connector.ts'
import { liveSinceCheckpoint } from '../../lib/checkpoint-names.ts'
import { WEBHOOK_DELAY } from '../../mapping/import-window.ts'
import { createStaticAuth } from '../../ports/auth.ts'
import type { Destination } from '../../ports/destination.ts'
import { Fault, toFault } from '../../ports/fault.ts'
import type { Source } from '../../ports/source.ts'
import { POLL } from '../../source/live-since.ts'
import type { Spec } from '../../spec/spec.ts'
import { memoryStore } from '../../store/memory/store.ts'
import { silentLogger } from '../../system.ts'
import { signedWebhook } from '../signed-webhook.ts'
import type { CaseEngine, CaseInput, CaseResult, CaseStep } from '../types.ts'
import { type VirtualClock, virtualClock } from '../virtual-clock.ts'
import { CapturingDestination } from './capturing-destination.ts'
import { CaseSource, createOfflineSpec, type OfflineSpec } from './case-source.ts'
import { type ObservedStore, observeStore } from './observed-store.ts'
import { OutcomeCollector } from './outcome-collector.ts'
import { END_OF_TIME, listHistoryMetrics } from './whole-history.ts'

export interface PipelineEngineOptions {
  readonly spec: Spec
  /** Fits messages into the destination's limits, as sending does. */
  readonly fit: Destination['fit']
}

/** Each case has a connector and a store of its own; all share the compiled spec. */
export function createPipelineEngine({ spec, fit }: PipelineEngineOptions): CaseEngine {
  const offline = createOfflineSpec(spec)
  return {
    run: (input) => new PipelineRun(input, offline, fit).run(),
    close: async () => undefined,
  }
}

const SECRET = 'c0ffee0123456789'
const MINUTE = 60_000
const DAY = 86_400_000

const SOURCE: Source = {
  auth: createStaticAuth(() => ({ baseUrl: 'https://source.invalid', headers: {} })),
  secrets: async () => [SECRET],
  explainError: () => ({}),
}

class PipelineRun {
  readonly #input: CaseInput
  readonly #offline: OfflineSpec
  readonly #clock: VirtualClock
  readonly #source: CaseSource
  readonly #destination: CapturingDestination
  readonly #outcomes: OutcomeCollector
  readonly #observed: ObservedStore
  readonly #connector: Connector

  constructor(input: CaseInput, offline: OfflineSpec, fit: Destination['fit']) {
    const { spec } = offline
    const clock = virtualClock(Date.parse(input.steps[0]?.at ?? '1970-01-01T00:00:00Z'))
    this.#input = input
    this.#offline = offline
    this.#clock = clock
    this.#source = new CaseSource(offline, input)
    const capturing = new CapturingDestination(fit, spec.profile.identifiers)
    this.#destination = capturing
    const outcomes = new OutcomeCollector((receipt) => capturing.messageOf(receipt))
    this.#outcomes = outcomes
    this.#observed = observeStore(memoryStore({ clock }), (settlements) => outcomes.add(settlements))
    this.#connector = createConnector({
      spec,
      source: SOURCE,
      client: this.#source,
      destination: capturing,
      store: this.#observed.store,
      fetch: () => Promise.reject(new TypeError('a case has no network')),
      clock,
      random: () => 0.5,
      logger: silentLogger,
      runChecks: async function* () {},
    })
  }

  async run(): Promise<CaseResult> {
    const { id, steps } = this.#input
    const { store } = this.#observed
    // Live delivery has begun long ago, unless the case only imports history.
    if (steps.some(({ ingress }) => ingress !== 'backfill'))
      await store.writeCheckpoints([{ name: liveSinceCheckpoint(POLL), value: 0 }])
    for (const step of steps) await this.#take(step)
    await this.#endWaits()
    await this.#connector.close()
    const records = steps.flatMap((step) => step.records)
    return { id, occurrences: this.#outcomes.list(steps.length > 1 || records.length > 1) }
  }

  async #take({ at, ingress, records, lookups }: CaseStep): Promise<void> {
    await this.#advanceTo(Date.parse(at))
    this.#source.update(records, lookups)
    try {
      if (ingress === 'backfill') await this.#import()
      else if (ingress === 'reconcile') await this.#poll()
      else for (const { body } of records) await this.#receive(JSON.stringify(body))
      if (ingress === 'replay') await this.#failOnce()
      await this.#deliver()
    } catch (error) {
      this.#outcomes.addFault(toFault(error).info())
    }
  }

  /** What is due before then is delivered before then, with what the source had so far. */
  async #advanceTo(time: number): Promise<void> {
    const wait = time - this.#clock.now()
    if (wait <= 0) return
    if (await this.#hasUnsettled()) {
      await this.#clock.advance(wait - 1)
      await this.#deliver()
    }
    await this.#clock.advance(Math.max(0, time - this.#clock.now()))
  }

  async #receive(body: string): Promise<void> {
    const webhook = { notification: body, secret: SECRET, now: this.#clock.now() }
    const { ok, status } = await this.#connector.receive(signedWebhook(webhook, this.#offline.spec.webhook))
    if (ok) return
    const refused = new Fault('data', 'case/webhook-refused', `the webhook was answered with ${status}`)
    this.#outcomes.addFault(refused.info())
  }

  /** All that the streams list, events of any time. Once no notice is on its way any more: until then it leaves new events to those. */
  async #import(): Promise<void> {
    const only = listHistoryMetrics(this.#offline.spec)
    const { signal } = new AbortController()
    const read = async () => {
      for await (const { phase } of this.#connector.backfill({ signal, only, until: END_OF_TIME }))
        if (phase === 'done' || phase === 'incomplete') return
    }
    await this.#clock.advance(WEBHOOK_DELAY)
    // The import leaves recent events to live records that are due.
    const stop = new AbortController()
    const working = this.#connector.work({ signal: stop.signal, lanes: ['live'] })
    await this.#clock.until(read().finally(() => stop.abort()))
    await this.#clock.until(working)
  }

  async #poll(): Promise<void> {
    const { signal } = new AbortController()
    await this.#clock.until(this.#connector.reconcile({ signal, since: 0, until: END_OF_TIME }))
  }

  /** Delivers until nothing is due. */
  async #deliver(): Promise<void> {
    const stop = new AbortController()
    const idle = this.#observed.idle()
    const working = this.#connector.work({ signal: stop.signal })
    await this.#clock.until(Promise.race([idle, working]))
    stop.abort()
    await this.#clock.until(working)
  }

  /** What would be sent becomes a dead letter, and is queued again as by a person who replays it. */
  async #failOnce(): Promise<void> {
    this.#destination.isRefusing = this.#outcomes.ignoresFaults = true
    await this.#deliver()
    this.#destination.isRefusing = this.#outcomes.ignoresFaults = false
    await this.#observed.store.replay('all')
  }

  /** Time passes until nothing waits for a contact, or for another attempt. */
  async #endWaits(): Promise<void> {
    const { identityWindow, retryFor } = this.#offline.spec.delivery
    for (const wait of [MINUTE, 10 * MINUTE, DAY, identityWindow, identityWindow, retryFor, retryFor + DAY]) {
      if (!(await this.#hasUnsettled())) return
      await this.#clock.advance(wait)
      await this.#deliver()
    }
  }

  async #hasUnsettled(): Promise<boolean> {
    return (await this.#observed.store.listUnsettled({ limit: 1 })).length > 0
  }
}
