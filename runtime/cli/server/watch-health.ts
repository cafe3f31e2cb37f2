/** Logs each change of the connector's state, dates it while no page is open, and alerts people. */
import type { Alerting } from '../../alerts/alerting.ts'
import type { Health } from '../../health/types.ts'
import type { Clock, Logger } from '../../ports/effects.ts'

const INTERVAL_MS = 15_000

export interface WatchHealthOptions {
  readonly health: () => Promise<Health>
  readonly clock: Clock
  readonly logger: Logger
  readonly alerts: Pick<Alerting, 'handle'>
}

/** Until the signal aborts. */
export async function watchHealth(
  { health, clock, logger, alerts }: WatchHealthOptions,
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
    await alerts.handle(assessed, signal)
    await clock.sleep(INTERVAL_MS, signal)
  }
}
