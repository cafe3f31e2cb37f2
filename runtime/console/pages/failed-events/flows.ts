/** Whether failed events start flows if they are sent now: by their age, and by how their record was read. */
import { formatInterval } from '../../../lib/format.ts'
import type { DeadLetterGroup, LedgerEntry } from '../../../ports/ledger.ts'
import type { ConsoleOptions } from '../../types.ts'

/** Of all records of a group: some may be live, and some of an import, which fails by the same line. */
export function flowsOfGroup(
  { newest }: DeadLetterGroup,
  { connector: { spec }, clock }: Pick<ConsoleOptions, 'connector' | 'clock'>,
): string {
  const { liveWindow } = spec.delivery
  // An event is older than its failure.
  if (clock.now() - newest > liveWindow) return 'Sent as history, which starts no flow.'
  return `Live events younger than ${formatInterval(liveWindow)} are sent live, which can start flows; older ones and those of an import as history, which starts none.`
}

/** Of one record: its youngest event decides. */
export function flowsOfRecord(
  { lane, outcome, receivedAt }: LedgerEntry,
  { connector: { spec }, clock }: Pick<ConsoleOptions, 'connector' | 'clock'>,
): string {
  if (lane === 'backfill') return 'As history'
  const times = (outcome?.events ?? []).flatMap(({ status, time }) =>
    status === 'dead' && time !== undefined ? [Date.parse(time)] : [],
  )
  const youngest = times.length === 0 ? receivedAt : Math.max(...times)
  return clock.now() - youngest > spec.delivery.liveWindow ? 'As history' : 'Live, can start flows'
}
