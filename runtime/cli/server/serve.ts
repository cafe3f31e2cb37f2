/** Delivers while a listener receives, and ends in an order that loses nothing. */
import type { Connector } from '../../connector.ts'
import type { Logger } from '../../ports/effects.ts'
import type { Store } from '../../ports/store.ts'
import type { Spec } from '../../spec/spec.ts'
import { explain } from '../errors.ts'
import type { ProcessIo } from '../io.ts'
import { untilAborted } from '../until-aborted.ts'
import type { Listener } from './listen.ts'

/** Webhooks are answered in milliseconds; what takes longer than this to arrive is not waited for. */
const DRAIN = 10_000
const PRUNE_EVERY = 3_600_000

export interface ServeParts {
  readonly connector: Pick<Connector, 'work'>
  readonly store: Pick<Store, 'applyRetention'>
  readonly spec: Pick<Spec, 'delivery'>
  readonly listener: Listener
  /** Filled with reasons why no traffic should come here. */
  readonly notReadyReasons: string[]
  /** Aborted when the end begins, so that pages which stay connected do not hold it up. */
  readonly closing: AbortController
  readonly io: Pick<ProcessIo, 'clock' | 'signal'>
  readonly logger: Logger
}

/**
 * Works until the signal aborts or the worker fails. Resolves to false if it failed.
 *
 * The end, in order: no new connection; requests in flight are stored and
 * answered; leases are settled. Whoever opened the store closes it after that.
 */
export async function serve(parts: ServeParts): Promise<boolean> {
  const { connector, listener, notReadyReasons, closing, io, logger } = parts
  const stop = new AbortController()
  const working = connector.work({ signal: stop.signal }).then(
    () => true,
    (error: unknown) => {
      logger.error(`delivery stopped: ${explain(error)}; the process ends, records stay in the store`)
      return false
    },
  )
  const pruning = prune(parts, stop.signal)
  await Promise.race([untilAborted(io.signal), working])
  logger.info('shutting down: draining requests and settling leases (signal again to force)')
  notReadyReasons.push('the process is stopping')
  closing.abort()
  await listener.drain(DRAIN)
  stop.abort()
  await pruning
  const well = await working
  logger.info('stopped')
  return well
}

/** Drops what retention no longer keeps, now and every hour. A failure is logged: room can wait, records cannot. */
async function prune({ store, spec, io, logger }: ServeParts, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      const records = await store.applyRetention(spec.delivery.retention)
      if (records > 0) logger.info('retention: records deleted', { records })
    } catch (error) {
      logger.warn(`retention failed: ${explain(error)}`)
    }
    await io.clock.sleep(PRUNE_EVERY, signal)
  }
}
