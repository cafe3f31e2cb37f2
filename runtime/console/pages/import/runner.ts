/** Runs an import for people at the console: one at a time, until it is done, paused, or the process ends. */

import type { BackfillOptions, Progress, RunningBackfill } from '../../../backfill/types.ts'
import type { Connector } from '../../../connector.ts'
import { ThroughputMeter } from '../../../lib/throughput.ts'
import type { DeliveryGate } from '../../../ports/auth.ts'
import type { Clock, Logger } from '../../../ports/effects.ts'
import { toFault } from '../../../ports/fault.ts'

export interface ImportStatus {
  readonly progress: Progress
  /** Here. */
  readonly running: boolean
  readonly waitsForAuth: boolean
  /** Another process that runs it on the same store: the counts move all the same. */
  readonly elsewhere?: RunningBackfill
  /** Records read a second, and milliseconds left, of streams that move. */
  readonly speed: ReadonlyMap<string, { readonly perSecond: number; readonly left?: number }>
}

export interface ImportRunner {
  /** Undefined before the first import. */
  status(): Promise<ImportStatus | undefined>
  running(): boolean
  /** Another process that imports on this store: nothing can be begun here meanwhile. */
  elsewhere(): Promise<RunningBackfill | undefined>
  /** It stopped since a side let us in no more, and goes on by itself once it does. */
  waitsForAuth(): boolean
  /** Why it last stopped by itself, in words. */
  lastError(): string | undefined
  /** Begins, or goes on with what was interrupted. Answers whether it did: false while one runs, here or elsewhere. */
  begin(asked: Omit<BackfillOptions, 'signal'>): Promise<boolean>
  /** Stops reading, or waiting to go on. What was read is kept and is still sent. */
  pause(): Promise<void>
  /** Goes on after a restart of the process with what was running when it ended. */
  resume(): Promise<void>
  /** Resolves when nothing runs. */
  idle(): Promise<void>
}

export interface DeskParts {
  readonly connector: Pick<Connector, 'backfill' | 'runningBackfill' | 'lastBackfill' | 'store'>
  readonly clock: Clock
  readonly logger: Logger
  /** Shut while a side waits for a person. Absent: it never is. */
  readonly gate?: DeliveryGate | undefined
  /** Ends the import with the process; the next one goes on. */
  readonly signal: AbortSignal
}

/** Says in the store that somebody wants the import to run. */
const WANTED = 'import-wanted'

/** Together longer than a turn holds whose process has died. */
const LOOKS = 12
const LOOK_EVERY = 1_000
const A_MINUTE = 60_000

interface Running {
  readonly stop: AbortController
  readonly ended: Promise<void>
  readonly paces: Map<string, ThroughputMeter>
}

export function importRunner(parts: DeskParts): ImportRunner {
  const { connector, clock, logger, gate, signal } = parts
  const { store } = connector
  let running: Running | undefined
  let problem: string | undefined
  let waiting: { readonly stop: AbortController; readonly ended: Promise<void> } | undefined

  async function elsewhere(): Promise<RunningBackfill | undefined> {
    const found = await connector.runningBackfill()
    return found?.thisProcess ? undefined : found
  }

  const want = (value: true | undefined) => store.writeCheckpoints([{ name: WANTED, value }])

  async function follow(asked: Omit<BackfillOptions, 'signal'>, { stop, paces }: Omit<Running, 'ended'>) {
    try {
      for await (const progress of connector.backfill({ ...asked, signal: stop.signal })) note(paces, progress)
      if (!stop.signal.aborted) await want(undefined)
    } catch (error) {
      const { message, code, details } = toFault(error)
      problem = message
      logger.error(`import stopped: ${message}`, { code })
      if (gate !== undefined && (gate.pausedReason() !== undefined || details.status === 401)) wait(gate)
    } finally {
      running = undefined
    }
  }

  /** Nobody should have to remember the import after a new log-in. */
  function wait(door: DeliveryGate): void {
    const stop = ending()
    const opened = async () => {
      // A 401 may be a slip, and what follows from it is known after another question.
      if (door.pausedReason() === undefined) await clock.sleep(A_MINUTE, stop.signal)
      while (door.pausedReason() !== undefined && !stop.signal.aborted) await door.waitForChange(stop.signal)
      waiting = undefined
      if (!stop.signal.aborted) await resume()
    }
    waiting = { stop, ended: opened() }
  }

  function ending(): AbortController {
    const stop = new AbortController()
    signal.addEventListener('abort', () => stop.abort(), { once: true })
    return stop
  }

  function note(paces: Map<string, ThroughputMeter>, { streams }: Progress): void {
    for (const { stream, seen } of streams) {
      const pace = paces.get(stream) ?? new ThroughputMeter()
      paces.set(stream, pace)
      pace.add(clock.now(), seen)
    }
  }

  function begin(asked: Omit<BackfillOptions, 'signal'>): boolean {
    if (running !== undefined || signal.aborted) return false
    problem = undefined
    waiting?.stop.abort()
    const stop = ending()
    const now = { stop, paces: new Map<string, ThroughputMeter>() }
    // Known as running before its first step, so that two clicks begin one import.
    const started = Promise.resolve().then(() => follow(asked, now))
    running = { ...now, ended: started }
    return true
  }

  async function resume(): Promise<void> {
    try {
      const wanted = (await store.readCheckpoint(WANTED)) === true
      const last = wanted ? await connector.lastBackfill() : undefined
      if (last === undefined || last.phase === 'done') return
      // The process before us may have died on another machine, where only time shows it.
      for (let n = 0; n < LOOKS && (await elsewhere()) !== undefined; n++) await clock.sleep(LOOK_EVERY, signal)
      if ((await elsewhere()) === undefined) begin({})
    } catch (error) {
      logger.warn(`import could not be resumed automatically: ${toFault(error).message}; resume it in the console`)
    }
  }

  return {
    async status() {
      const progress = await connector.lastBackfill()
      const other = await elsewhere()
      const speed = (of: Progress) => speedOf(of, running?.paces)
      return (
        progress && {
          progress,
          running: running !== undefined,
          waitsForAuth: waiting !== undefined,
          speed: speed(progress),
          ...(other && { elsewhere: other }),
        }
      )
    },
    running: () => running !== undefined,
    waitsForAuth: () => waiting !== undefined,
    elsewhere,
    lastError: () => problem,
    async begin(asked) {
      if ((await elsewhere()) !== undefined || !begin(asked)) return false
      await want(true)
      return true
    },
    async pause() {
      await want(undefined)
      waiting?.stop.abort()
      running?.stop.abort()
      await Promise.all([waiting?.ended, running?.ended])
    },
    resume,
    idle: async () => void (await Promise.all([waiting?.ended, running?.ended])),
  }
}

function speedOf(
  { streams }: Progress,
  paces: ReadonlyMap<string, ThroughputMeter> = new Map(),
): ImportStatus['speed'] {
  const found = streams.flatMap(({ stream, seen, total, done }) => {
    const pace = paces.get(stream)
    const perSecond = pace?.perSecond()
    if (done || pace === undefined || perSecond === undefined) return []
    const left = total === undefined ? undefined : pace.left(Math.max(0, total - seen))
    return [[stream, { perSecond, ...(left !== undefined && { left }) }] as const]
  })
  return new Map(found)
}
