/** Receives and delivers until a signal, then shuts down in an order that loses nothing. */
import type { Connector } from '../../connector.ts'
import { linkAbort, untilAborted } from '../../lib/abort.ts'
import type { Logger } from '../../ports/effects.ts'
import type { Store } from '../../ports/store.ts'
import type { StoreOwnership } from '../../tenants/store-ownership.ts'
import { describeError } from '../errors.ts'
import type { ProcessIo } from '../io.ts'
import type { Listener } from './listen.ts'

/**
 * Webhooks are answered in milliseconds; slower requests than this are cut off at the shutdown. With the worker's grace of
 * 5 s it stays below the 10 s after which Docker kills.
 */
const DRAIN_MS = 2_000
const RETENTION_INTERVAL_MS = 3_600_000

export interface ServeOptions {
  readonly connector: Pick<Connector, 'spec' | 'gate' | 'work' | 'pollChanges'>
  /** One of the processes that share the store delivers, polls, imports and deletes what has expired. */
  readonly ownership: Pick<StoreOwnership, 'run'>
  /** Runs the imports that were asked for in a console, until the signal aborts. */
  readonly runImports: (signal: AbortSignal) => Promise<void>
  readonly store: Pick<Store, 'applyRetention'>
  readonly listener: Listener
  /** Filled with the reasons why the process takes no more traffic. */
  readonly notReadyReasons: string[]
  /** Aborted when the shutdown begins, so that connected pages do not delay it. */
  readonly closing: AbortController
  readonly io: Pick<ProcessIo, 'clock' | 'signal'>
  readonly logger: Logger
}

/**
 * Works until the signal aborts or the worker fails. Resolves to false if the worker failed.
 *
 * Shuts down in order: refuses new connections, stores and answers the requests in flight, settles the leases. The
 * caller closes the store after that.
 */
export async function serve(options: ServeOptions): Promise<boolean> {
  const { connector, ownership, listener, notReadyReasons, closing, io, logger } = options
  const stop = new AbortController()
  const owned = { work: (signal: AbortSignal) => deliver(options, signal), standBy: followGate(connector) }
  const working = ownership.run(owned, stop.signal).then(
    () => true,
    (error: unknown) => {
      logger.error(`delivery stopped: ${describeError(error)}; shutting down, records stay in the store`)
      return false
    },
  )
  await Promise.race([untilAborted(io.signal), working])
  logger.info('shutting down: draining requests and settling leases (signal again to force)')
  notReadyReasons.push('shutting down')
  closing.abort()
  await listener.drain(DRAIN_MS)
  stop.abort()
  const succeeded = await working
  logger.info('stopped')
  return succeeded
}

/** Delivers; polls, imports and deletes meanwhile. */
async function deliver(options: ServeOptions, signal: AbortSignal): Promise<void> {
  const { connector, runImports } = options
  const { stop, unlink } = linkAbort(signal)
  const others = [
    enforceRetention(options, stop.signal),
    connector.pollChanges({ signal: stop.signal }),
    runImports(stop.signal),
  ]
  try {
    await connector.work({ signal: stop.signal })
  } finally {
    unlink()
    stop.abort()
    await Promise.all(others)
  }
}

/** A gate notices what other processes change only while something waits for it. */
const followGate =
  ({ gate }: Pick<Connector, 'gate'>) =>
  async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) await gate.waitForChange(signal)
  }

/** Deletes expired records now and every hour. Only logs a failure: deleting can wait, delivery cannot. */
async function enforceRetention({ store, connector, io, logger }: ServeOptions, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      const records = await store.applyRetention(connector.spec.delivery.retention)
      if (records > 0) logger.info('retention: records deleted', { records })
    } catch (error) {
      logger.warn(`retention failed: ${describeError(error)}`)
    }
    await io.clock.sleep(RETENTION_INTERVAL_MS, signal)
  }
}
