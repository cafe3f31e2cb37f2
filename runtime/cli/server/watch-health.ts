/** Logs each change of the connector's state, dates it while no page is open, and alerts people. */
import type { Alerting } from '../../alerts/alerting.ts'
import type { Health } from '../../health/types.ts'
import type { Clock, Logger } from '../../ports/effects.ts'
import type { StoreOwnership } from '../../tenants/store-ownership.ts'

const INTERVAL_MS = 15_000

export interface WatchHealthOptions {
  readonly health: () => Promise<Health>
  readonly clock: Clock
  readonly logger: Logger
  readonly alerts: Pick<Alerting, 'handle'>
  /** Of the processes that share the store, the one that delivers alerts people: others see less of it. */
  readonly ownership: Pick<StoreOwnership, 'otherOwner'>
}

/** Until the signal aborts. */
export async function watchHealth(
  { health, clock, logger, alerts, ownership }: WatchHealthOptions,
  signal: AbortSignal,
): Promise<void> {
  let shown = ''
  while (!signal.aborted) {
    const assessed = await health()
    const { state, problems } = assessed
    const codes = problems.map(({ code }) => code)
    const [worst] = problems
    const next = [state, ...codes].join()
    if (next !== shown && worst !== undefined)
      logger.warn(`${state}: ${worst.title} (${worst.effect}: ${worst.consequence})`, { problems: codes.join(', ') })
    else if (next !== shown && shown !== '') logger.info('healthy again')
    shown = next
    if (ownership.otherOwner() === undefined) await alerts.handle(assessed, signal)
    await clock.sleep(INTERVAL_MS, signal)
  }
}
