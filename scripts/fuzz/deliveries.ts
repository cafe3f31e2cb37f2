/** Searches for schedules of losses, delays, crashes and faults after which Klaviyo does not hold exactly what happened. */
import { checkSchedule } from '../../test/helpers/deliveries/check.ts'
import type { FuzzOptions, FuzzResult } from './target.ts'

/** Milliseconds to look for a smaller schedule that fails, too. */
const SHRINK_FOR = 120_000
const REPORT_EVERY = 50

/** Each schedule has a seed of its own, counted up from the given one. */
export async function fuzzDeliveries({ count, seed, report }: FuzzOptions): Promise<FuzzResult> {
  const failures: string[] = []
  for (let done = 0; done < count; done++) {
    if (done > 0 && done % REPORT_EVERY === 0) report(`${done} schedules, ${failures.length} failed`)
    const failure = await checkSchedule(seed + done, { shrinkFor: SHRINK_FOR })
    if (failure === undefined) continue
    report(failure)
    failures.push(failure)
  }
  const summary = `${count} schedules from seed ${seed}, ${failures.length} failed`
  return { failures: failures.length, lines: [...failures, summary] }
}
