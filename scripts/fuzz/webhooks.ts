/** Searches for notifications, properly signed, that make the connector fail instead of finding fault with them. */
import { checkBodies } from '../../test/helpers/bodies/check.ts'
import type { FuzzOptions, FuzzResult } from './target.ts'

const REPORT_EVERY = 5_000
/** Characters of a failing body. */
const SHOWN = 2_000

export async function fuzzWebhooks({ count, seed, report }: FuzzOptions): Promise<FuzzResult> {
  const { tally, failures } = await checkBodies({ count, seed }, (done) => {
    if (done > 0 && done % REPORT_EVERY === 0) report(`${done} bodies`)
  })
  const lines = [
    ...Object.entries(tally)
      .sort(([, a], [, b]) => b - a)
      .map(([what, times]) => `${String(times).padStart(8)}  ${what}`),
    ...failures.flatMap(({ what, seed: own, body }) => [
      what,
      `  to repeat: npm run fuzz -- webhooks 1 ${own}`,
      `  ${body.length} characters: ${body.slice(0, SHOWN)}`,
    ]),
    `${count} bodies from seed ${seed}, ${failures.length} kinds of failure`,
  ]
  return { failures: failures.length, lines }
}
