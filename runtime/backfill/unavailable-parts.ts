/** Adds up what the source did not give of the records of an import: parts beyond its limit. */
import { PARTS_UNAVAILABLE } from '../ports/ledger.ts'
import type { BackfillState } from './state.ts'
import type { BackfillParts, UnavailableParts } from './types.ts'

/** Records in one query. */
const PAGE = 500

/** Notes for each stream how many parts of how many records were unavailable, before retention drops the records. */
export async function noteUnavailableParts(state: BackfillState, { store, logger }: BackfillParts): Promise<void> {
  const run = state.run.id
  const tallies = await store.tallies(run)
  if (!tallies.some(({ reason }) => reason === PARTS_UNAVAILABLE)) return
  const byStream = new Map<string, UnavailableParts>()
  for (let before: number | undefined; ; ) {
    const page = await store.events({ run, reason: PARTS_UNAVAILABLE, limit: PAGE, ...(before && { before }) })
    for (const { stream = '', unavailableParts = 0 } of page) {
      const { parts, records } = byStream.get(stream) ?? { parts: 0, records: 0 }
      byStream.set(stream, { parts: parts + unavailableParts, records: records + 1 })
    }
    before = page.at(-1)?.id
    if (page.length < PAGE) break
  }
  for (const position of state.streams) {
    position.unavailableParts = byStream.get(position.stream)
    if (position.unavailableParts === undefined) continue
    const { stream, unavailableParts } = position
    logger.warn('the source counts more parts of records than it gave', { stream, ...unavailableParts })
  }
}
