/** Decides when people are alerted: once for each change of state, over restarts and by one of many processes. */

import { worstState } from '../health/assess.ts'
import type { Health, HealthState, Problem } from '../health/types.ts'
import { ALERTS_CHECKPOINT } from '../lib/checkpoint-names.ts'
import type { Clock, Logger } from '../ports/effects.ts'
import { toFault } from '../ports/fault.ts'
import type { Store } from '../ports/store.ts'
import { alertSubject } from './alert-text.ts'
import type { Alert, AlertChannel } from './types.ts'

export interface AlerterOptions {
  readonly store: Pick<Store, 'readCheckpoint' | 'compareAndSwapCheckpoint'>
  readonly clock: Clock
  readonly logger: Logger
  readonly randomId: () => string
  readonly connector: string
  readonly console?: string | undefined
  /** Read anew for each alert: settings may change. */
  readonly channels: () => Promise<readonly AlertChannel[]>
  /** Records with failed events from which on they are worth an alert. */
  readonly failedRecords: () => Promise<number>
}

/** The newest alert, for people. */
export interface LastAlert {
  readonly at: number
  readonly summary: string
  /** By channel: why it has not accepted the alert. */
  readonly failures: Readonly<Record<string, string>>
}

/** What was alerted last. Kept in the store as text, for compare-and-swap. */
interface AlertState {
  readonly state: HealthState
  readonly codes: readonly string[]
  readonly last?: LastAlert
  /** The alert that some channels have not accepted yet. */
  readonly unsent?: {
    readonly alert: Alert
    readonly channels: readonly string[]
    readonly tries: number
    readonly next: number
  }
}

/** Milliseconds for which a problem must last that loses nothing: many end by themselves. */
const PATIENCE = 5 * 60_000
/** The same for the return to health, so that a problem that comes and goes is one alert. */
const CALM = 5 * 60_000
/** Milliseconds between tries of a channel: doubled each time, up to an hour. */
const FIRST_PAUSE = 60_000
const LONGEST_PAUSE = 3_600_000
const MAX_TRIES = 12

export class Alerter {
  readonly #options: AlerterOptions
  #loggedError = ''

  constructor(options: AlerterOptions) {
    this.#options = options
  }

  /** Call it with each assessment. Never throws: a channel that fails is logged, and tried again later. */
  async handle(health: Health, signal: AbortSignal): Promise<void> {
    const { logger } = this.#options
    try {
      const channels = await this.#options.channels()
      if (channels.length === 0) return
      const text = await this.#readText()
      const last: AlertState = text === undefined ? { state: 'healthy', codes: [] } : (JSON.parse(text) as AlertState)
      const next = await this.#decide(health, last)
      if (next !== undefined) {
        const unsent = { alert: next.alert, channels: channels.map(({ name }) => name), tries: 0, next: 0 }
        await this.#deliver({ state: next.state, codes: next.codes, unsent }, { text, channels, signal })
      } else if (last.unsent !== undefined && last.unsent.next <= this.#options.clock.now())
        await this.#deliver(last, { text, channels, signal })
    } catch (error) {
      const { message, code } = toFault(error)
      // The same at each assessment, until the settings change.
      if (message !== this.#loggedError) logger.warn(`no alert can be sent: ${message}`, { code })
      this.#loggedError = message
    }
  }

  /** Undefined before the first. */
  async last(): Promise<LastAlert | undefined> {
    const text = await this.#readText()
    return text === undefined ? undefined : (JSON.parse(text) as AlertState).last
  }

  /** Sends a test alert to every channel. Returns by channel why it was not accepted, or null. */
  async test(signal: AbortSignal): Promise<Readonly<Record<string, string | null>>> {
    const alert = this.#alert('test', { problems: [], ended: [] })
    return this.#sendTo(await this.#options.channels(), alert, signal)
  }

  async #readText(): Promise<string | undefined> {
    const text = await this.#options.store.readCheckpoint(ALERTS_CHECKPOINT)
    return typeof text === 'string' ? text : undefined
  }

  /** Undefined: nothing to say. */
  async #decide({ problems, since }: Health, last: AlertState) {
    const { clock } = this.#options
    const now = clock.now()
    const worth = await this.#worthAlert(problems, now)
    const codes = worth.map(({ code }) => code)
    const state = worstState(worth)
    const ended = last.codes.filter((code) => !problems.some((problem) => problem.code === code))
    const isNew = codes.some((code) => !last.codes.includes(code))
    // A problem that is younger than an alert needs, or short of its threshold, is neither news nor the end of the last.
    const isCalm = problems.length === 0 && now - since >= CALM
    if (codes.length === 0)
      return last.codes.length > 0 && isCalm ? this.#news('recovery', { state, codes, problems: [], ended }) : undefined
    if (!isNew && state === last.state) return undefined
    return this.#news('problem', { state, codes, problems: worth, ended })
  }

  async #worthAlert(problems: readonly Problem[], now: number): Promise<readonly Problem[]> {
    const threshold = await this.#options.failedRecords()
    return problems.filter(({ state, effect, since, count = 0, code }) => {
      if (code === 'events-failed') return count >= threshold
      // The person who sets the connector up sees it.
      if (code === 'setup-incomplete') return false
      return effect === 'lost' || (state === 'stopped' && code !== 'store-failed') || now - since >= PATIENCE
    })
  }

  #news(
    kind: 'problem' | 'recovery',
    content: Pick<Alert, 'problems' | 'ended'> & Pick<AlertState, 'state' | 'codes'>,
  ) {
    return { state: content.state, codes: content.codes, alert: this.#alert(kind, content) }
  }

  #alert(kind: Alert['kind'], { state, problems, ended }: Pick<Alert, 'state' | 'problems' | 'ended'>): Alert {
    const { clock, connector, console: url, randomId } = this.#options
    const base = { id: randomId(), at: clock.now(), kind, connector, problems, ended }
    return { ...base, ...(state !== undefined && { state }), ...(url !== undefined && { console: url }) }
  }

  /** Of many processes the one that swaps the state sends. */
  async #deliver(
    state: AlertState,
    { text, channels, signal }: { text: string | undefined; channels: readonly AlertChannel[]; signal: AbortSignal },
  ): Promise<void> {
    const { store, clock } = this.#options
    if (state.unsent === undefined) return
    const { alert, channels: names } = state.unsent
    const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** state.unsent.tries)
    const unsent = { ...state.unsent, tries: state.unsent.tries + 1, next: clock.now() + pause }
    const sending = JSON.stringify({ ...state, unsent })
    if (!(await store.compareAndSwapCheckpoint(ALERTS_CHECKPOINT, text, sending))) return
    const results = await this.#sendTo(
      channels.filter(({ name }) => names.includes(name)),
      alert,
      signal,
    )
    const failures = Object.fromEntries(
      Object.entries(results).filter((one): one is [string, string] => one[1] !== null),
    )
    const failed = Object.keys(failures)
    const last: LastAlert = { at: alert.at, summary: alertSubject(alert), failures }
    const isOver = failed.length === 0 || unsent.tries >= MAX_TRIES
    const after: AlertState = {
      ...{ state: state.state, codes: state.codes, last },
      ...(!isOver && { unsent: { ...unsent, channels: failed } }),
    }
    await store.compareAndSwapCheckpoint(ALERTS_CHECKPOINT, sending, JSON.stringify(after))
  }

  async #sendTo(channels: readonly AlertChannel[], alert: Alert, signal: AbortSignal) {
    const { logger } = this.#options
    const send = async (channel: AlertChannel): Promise<readonly [string, string | null]> => {
      try {
        await channel.send(alert, signal)
        return [channel.name, null]
      } catch (error) {
        const { message, code } = toFault(error)
        logger.warn(`alert not sent: ${message}`, { channel: channel.name, code })
        return [channel.name, message]
      }
    }
    return Object.fromEntries(await Promise.all(channels.map(send)))
  }
}
