/** Whether failed events start flows if they are sent now: by their age, and by how their record was read. */
import { formatInterval } from '../../../lib/format.ts'
import type { DeadLetterGroup, LedgerEntry } from '../../../ports/ledger.ts'
import type { ConsoleOptions } from '../../types.ts'

const AS_HISTORY = 'Sent as history, which starts no flow.'

/** Of all records of a group, as far as its newest one tells. */
export function flowsOfGroup(
  { newest }: DeadLetterGroup,
  example: LedgerEntry | undefined,
  { connector: { spec }, clock }: Pick<ConsoleOptions, 'connector' | 'clock'>,
): string {
  const { liveWindow } = spec.delivery
  // An event is older than its failure.
  if (clock.now() - newest > liveWindow || example?.lane === 'backfill') return AS_HISTORY
  return `Events younger than ${formatInterval(liveWindow)} are sent live, which can start flows; older ones as history, which starts none.`
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
