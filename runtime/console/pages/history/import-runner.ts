/** Runs imports begun in the console: one at a time, until it is done, paused, or the process stops. */
import type { BackfillOptions, BackfillProgress, RunningBackfill } from '../../../backfill/types.ts'
import type { Connector } from '../../../connector.ts'
import { IMPORT_REQUESTED_CHECKPOINT } from '../../../lib/checkpoint-names.ts'
import { isObject } from '../../../lib/json.ts'
import { ThroughputMeter } from '../../../lib/throughput-meter.ts'
import type { DeliveryGate } from '../../../ports/auth.ts'
import type { Clock, Logger } from '../../../ports/effects.ts'
import { toFault } from '../../../ports/fault.ts'
import type { Json } from '../../../ports/types.ts'
import { noteImportEnd } from '../../../timeline.ts'

export interface ImportStatus {
  readonly progress: BackfillProgress
  /** In this process. */
  readonly running: boolean
  readonly waitsForAuth: boolean
  /** Another process that runs it on the same store: the counts move all the same. */
  readonly otherProcess?: RunningBackfill
  /** Records read a second and milliseconds left, of streams that move. */
  readonly speed: ReadonlyMap<string, { readonly perSecond: number; readonly left?: number }>
}

export interface ImportRunnerOptions {
  readonly connector: Pick<Connector, 'backfill' | 'runningBackfill' | 'lastBackfill' | 'store'>
  readonly clock: Clock
  readonly logger: Logger
  /** Paused while a connection needs a person. Absent: delivery never pauses. */
  readonly gate?: DeliveryGate | undefined
  /** The process that imports in place of this one. */
  readonly otherOwner?: (() => string | undefined) | undefined
  /** Stops the import with the process; the next process resumes it. */
  readonly signal: AbortSignal
}

type ImportOptions = Omit<BackfillOptions, 'signal' | 'startedBy'>

interface RunningImport {
  readonly stop: AbortController
  readonly ended: Promise<void>
  readonly meters: Map<string, ThroughputMeter>
}

/** Together longer than a dead process holds its lease. */
const LEASE_POLLS = 12
const LEASE_POLL_INTERVAL = 1_000
/** How often the store is asked for imports that were begun or paused in the console of another process. Milliseconds. */
const REQUEST_POLL_INTERVAL = 2_000
const RETRY_AFTER_REJECTION = 60_000
/** Milliseconds. */
const DOUBLE_CLICK = 3_000

export class ImportRunner {
  readonly #options: ImportRunnerOptions
  #current: RunningImport | undefined
  #waiting: Omit<RunningImport, 'meters'> | undefined
  #lastError: string | undefined
  #restartedAt: number | undefined
  /** Whether the store said at the last look that an import is asked for: when it does not any more, it was paused. */
  #isRequested = false

  constructor(options: ImportRunnerOptions) {
    this.#options = options
  }

  get running(): boolean {
    return this.#current !== undefined
  }

  /** It stopped because a vendor rejected the credentials, and resumes once they are accepted again. */
  get waitsForAuth(): boolean {
    return this.#waiting !== undefined
  }

  /** Message of the fault that stopped the last import. */
  get lastError(): string | undefined {
    return this.#lastError
  }

  /** Undefined before the first import. */
  async status(): Promise<ImportStatus | undefined> {
    const progress = await this.#options.connector.lastBackfill()
    const otherProcess = await this.otherProcess()
    if (progress === undefined) return undefined
    const { running, waitsForAuth } = this
    const speed = speedOf(progress, this.#current?.meters)
    return { progress, running, waitsForAuth, speed, ...(otherProcess && { otherProcess }) }
  }

  /** Another process that imports on this store: nothing can be begun here meanwhile. */
  async otherProcess(): Promise<RunningBackfill | undefined> {
    const running = await this.#options.connector.runningBackfill()
    return running?.thisProcess ? undefined : running
  }

  /** Whether an import was restarted just now: another click restarts nothing. */
  get hasJustRestarted(): boolean {
    return this.#restartedAt !== undefined && Math.abs(this.#options.clock.now() - this.#restartedAt) < DOUBLE_CLICK
  }

  /** Begins an import, or continues an interrupted one. False while one runs, here or elsewhere. */
  async begin(options: ImportOptions): Promise<boolean> {
    if ((await this.otherProcess()) !== undefined) return false
    const { otherOwner } = this.#options
    if (otherOwner?.() !== undefined) await this.#saveRequested({ ...options })
    else if (this.#start(options)) await this.#saveRequested(true)
    else return false
    return true
  }

  /** Whether another process may import in place of this one, so that its import can be paused here. */
  get isElsewhere(): boolean {
    return this.#options.otherOwner?.() !== undefined
  }

  /** Resumes an import, and follows what the consoles of other processes ask for, until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, connector, logger } = this.#options
    await this.resume()
    while (!signal.aborted) {
      await clock.sleep(REQUEST_POLL_INTERVAL, signal)
      if (signal.aborted) break
      try {
        await this.#follow(await connector.store.readCheckpoint(IMPORT_REQUESTED_CHECKPOINT))
      } catch (error) {
        logger.warn(`cannot read which import was asked for: ${toFault(error).message}`, { code: toFault(error).code })
      }
    }
    this.#waiting?.stop.abort()
    this.#current?.stop.abort()
    await this.drained()
  }

  async #follow(requested: Json | undefined): Promise<void> {
    const { connector } = this.#options
    if (isObject(requested)) {
      if ((await connector.runningBackfill()) === undefined && this.#start(requested as ImportOptions))
        await this.#saveRequested(true)
    } else if (requested === undefined && this.#isRequested) {
      this.#waiting?.stop.abort()
      this.#current?.stop.abort()
    }
    this.#isRequested = requested !== undefined
  }

  /** Stops reading, or waiting to resume. Records already read are kept and still sent. */
  async pause(): Promise<void> {
    await this.#saveRequested(undefined)
    this.#waiting?.stop.abort()
    this.#current?.stop.abort()
    await this.drained()
  }

  /** Continues an import that was running when the process ended. */
  async resume(): Promise<void> {
    const { connector, clock, logger, signal } = this.#options
    try {
      const isRequested = (await connector.store.readCheckpoint(IMPORT_REQUESTED_CHECKPOINT)) === true
      const last = isRequested ? await connector.lastBackfill() : undefined
      if (last === undefined || last.phase === 'done') return
      // The previous process may have died on another machine; only its expired lease tells.
      for (let poll = 0; poll < LEASE_POLLS && (await this.otherProcess()) !== undefined; poll++)
        await clock.sleep(LEASE_POLL_INTERVAL, signal)
      if ((await this.otherProcess()) === undefined) this.#start({})
    } catch (error) {
      logger.warn(`import could not be resumed automatically: ${toFault(error).message}; resume it in the console`)
    }
  }

  /** Resolves when nothing runs. */
  async drained(): Promise<void> {
    await Promise.all([this.#waiting?.ended, this.#current?.ended])
  }

  #start(options: ImportOptions): boolean {
    if (this.#current !== undefined || this.#options.signal.aborted) return false
    this.#lastError = undefined
    if (options.restart === true) this.#restartedAt = this.#options.clock.now()
    this.#waiting?.stop.abort()
    const started = { stop: this.#stopController(), meters: new Map<string, ThroughputMeter>() }
    // `#current` is set before the first step, so that two clicks begin one import.
    const ended = Promise.resolve().then(() => this.#run(options, started))
    this.#current = { ...started, ended }
    return true
  }

  async #run(options: ImportOptions, { stop, meters }: Omit<RunningImport, 'ended'>): Promise<void> {
    const { connector, clock, logger, gate } = this.#options
    let last: BackfillProgress | undefined
    try {
      for await (last of connector.backfill({ ...options, startedBy: 'console', signal: stop.signal }))
        for (const { stream, recordsRead } of last.streams) meterOf(meters, stream).add(clock.now(), recordsRead)
      if (!stop.signal.aborted) await this.#saveRequested(undefined)
      await noteImportEnd(connector.store, last)
    } catch (error) {
      const { message, code, details } = toFault(error)
      this.#lastError = message
      logger.error(`import stopped: ${message}`, { code })
      const isAuth = gate?.pausedReason() !== undefined || details.status === 401
      if (gate !== undefined && isAuth) this.#waitForAuth(gate)
    } finally {
      this.#current = undefined
    }
  }

  /** Resumes after a reconnect without a click: a person should not have to remember the import. */
  #waitForAuth(gate: DeliveryGate): void {
    const stop = this.#stopController()
    const wait = async () => {
      // A 401 may be momentary: the gate pauses only once another request confirms it.
      if (gate.pausedReason() === undefined) await this.#options.clock.sleep(RETRY_AFTER_REJECTION, stop.signal)
      while (gate.pausedReason() !== undefined && !stop.signal.aborted) await gate.waitForChange(stop.signal)
      this.#waiting = undefined
      if (!stop.signal.aborted) await this.resume()
    }
    this.#waiting = { stop, ended: wait() }
  }

  /** Aborts with the process. */
  #stopController(): AbortController {
    const stop = new AbortController()
    this.#options.signal.addEventListener('abort', () => stop.abort(), { once: true })
    return stop
  }

  async #saveRequested(value: Json | undefined): Promise<void> {
    this.#isRequested = false
    await this.#options.connector.store.writeCheckpoints([{ name: IMPORT_REQUESTED_CHECKPOINT, value }])
  }
}

function meterOf(meters: Map<string, ThroughputMeter>, stream: string): ThroughputMeter {
  const meter = meters.get(stream) ?? new ThroughputMeter()
  meters.set(stream, meter)
  return meter
}

function speedOf(
  { streams }: BackfillProgress,
  meters: ReadonlyMap<string, ThroughputMeter> = new Map(),
): ImportStatus['speed'] {
  const entries = streams.flatMap(({ stream, recordsRead, total, done }) => {
    const meter = meters.get(stream)
    const perSecond = meter?.perSecond()
    if (done || meter === undefined || perSecond === undefined) return []
    const left = total === undefined ? undefined : meter.timeLeft(Math.max(0, total - recordsRead))
    return [[stream, { perSecond, ...(left !== undefined && { left }) }] as const]
  })
  return new Map(entries)
}
