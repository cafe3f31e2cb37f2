/** Runs an import for people at the console: one at a time, until it is done, paused, or the process ends. */
import { toFault } from '../fault.ts'
import type { BackfillOptions, Connector, Progress } from '../flow/connector.ts'
import { Pace } from '../pace.ts'
import type { Clock, Logger } from '../ports.ts'

export interface ImportStatus {
  readonly progress: Progress
  /** Here; another process may run one on the same store, and then its counts move all the same. */
  readonly running: boolean
  /** Records read a second, and milliseconds left, of streams that move. */
  readonly speed: ReadonlyMap<string, { readonly perSecond: number; readonly left?: number }>
}

export interface ImportDesk {
  /** Undefined before the first import. */
  status(): Promise<ImportStatus | undefined>
  running(): boolean
  /** Why it last stopped by itself, in words. */
  problem(): string | undefined
  /** Begins, or goes on with what was interrupted. Answers whether it did: false while one runs. */
  begin(asked: Omit<BackfillOptions, 'signal'>): Promise<boolean>
  /** Stops reading. What was read is kept and is still sent. */
  pause(): Promise<void>
  /** Goes on after a restart of the process with what was running when it ended. */
  goOn(): Promise<void>
  /** Resolves when nothing runs. */
  idle(): Promise<void>
}

export interface DeskParts {
  readonly connector: Pick<Connector, 'backfill' | 'lastBackfill' | 'store'>
  readonly clock: Clock
  readonly logger: Logger
  /** Ends the import with the process; the next one goes on. */
  readonly signal: AbortSignal
}

/** Says in the store that somebody wants the import to run. */
const WANTED = 'import-wanted'

interface Running {
  readonly stop: AbortController
  readonly ended: Promise<void>
  readonly paces: Map<string, Pace>
}

export function importDesk(parts: DeskParts): ImportDesk {
  const { connector, clock, logger, signal } = parts
  const { store } = connector
  let running: Running | undefined
  let problem: string | undefined

  const want = (value: true | undefined) => store.saveCheckpoints([{ name: WANTED, value }])

  async function follow(asked: Omit<BackfillOptions, 'signal'>, { stop, paces }: Omit<Running, 'ended'>) {
    try {
      for await (const progress of connector.backfill({ ...asked, signal: stop.signal })) note(paces, progress)
      if (!stop.signal.aborted) await want(undefined)
    } catch (error) {
      const { message, code } = toFault(error)
      problem = message
      logger.error(`import stopped: ${message}`, { code })
    } finally {
      running = undefined
    }
  }

  function note(paces: Map<string, Pace>, { streams }: Progress): void {
    for (const { stream, seen } of streams) {
      const pace = paces.get(stream) ?? new Pace()
      paces.set(stream, pace)
      pace.add(clock.now(), seen)
    }
  }

  function begin(asked: Omit<BackfillOptions, 'signal'>): boolean {
    if (running !== undefined || signal.aborted) return false
    problem = undefined
    const stop = new AbortController()
    signal.addEventListener('abort', () => stop.abort(), { once: true })
    const now = { stop, paces: new Map<string, Pace>() }
    // Known as running before its first step, so that two clicks begin one import.
    const started = Promise.resolve().then(() => follow(asked, now))
    running = { ...now, ended: started }
    return true
  }

  return {
    async status() {
      const progress = await connector.lastBackfill()
      return progress && { progress, running: running !== undefined, speed: speedOf(progress, running?.paces) }
    },
    running: () => running !== undefined,
    problem: () => problem,
    async begin(asked) {
      if (!begin(asked)) return false
      await want(true)
      return true
    },
    async pause() {
      await want(undefined)
      running?.stop.abort()
      await running?.ended
    },
    async goOn() {
      try {
        const wanted = (await store.checkpoint(WANTED)) === true
        const last = wanted ? await connector.lastBackfill() : undefined
        if (last !== undefined && last.phase !== 'done') begin({})
      } catch (error) {
        logger.warn(`the import does not go on by itself: ${toFault(error).message}; resume it at the console`)
      }
    },
    idle: async () => running?.ended,
  }
}

function speedOf({ streams }: Progress, paces: ReadonlyMap<string, Pace> = new Map()): ImportStatus['speed'] {
  const found = streams.flatMap(({ stream, seen, total, done }) => {
    const pace = paces.get(stream)
    const perSecond = pace?.perSecond()
    if (done || pace === undefined || perSecond === undefined) return []
    const left = total === undefined ? undefined : pace.left(Math.max(0, total - seen))
    return [[stream, { perSecond, ...(left !== undefined && { left }) }] as const]
  })
  return new Map(found)
}
