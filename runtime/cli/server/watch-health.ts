/** Logs each change of the connector's state, so that it is noticed and dated while no page is open. */
import type { Health } from '../../health/types.ts'
import type { Clock, Logger } from '../../ports/effects.ts'

const INTERVAL_MS = 15_000

export interface WatchHealthOptions {
  readonly health: () => Promise<Health>
  readonly clock: Clock
  readonly logger: Logger
}

/** Until the signal aborts. */
export async function watchHealth({ health, clock, logger }: WatchHealthOptions, signal: AbortSignal): Promise<void> {
  let shown = ''
  while (!signal.aborted) {
    const { state, problems } = await health()
    const codes = problems.map(({ code }) => code)
    const [worst] = problems
    const next = [state, ...codes].join()
    if (next !== shown && worst !== undefined)
      logger.warn(`${state}: ${worst.title} (${worst.effect}: ${worst.consequence})`, { problems: codes.join(', ') })
    else if (next !== shown && shown !== '') logger.info('healthy again')
    shown = next
    await clock.sleep(INTERVAL_MS, signal)
  }
}
