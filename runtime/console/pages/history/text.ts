/** Texts about an import that several pages share. */
import type { BackfillProgress } from '../../../backfill/types.ts'
import { formatTime } from '../../../lib/format.ts'

const PHASES: Readonly<Record<BackfillProgress['phase'], string>> = {
  lookups: 'Reading contacts',
  reading: 'Reading history',
  delivering: 'Delivering the rest',
  done: 'Finished',
  incomplete: 'Incomplete',
}

export interface ImportState {
  readonly phase: BackfillProgress['phase']
  /** Here or in another process. */
  readonly isRunning: boolean
  readonly waitsForAuth: boolean
  readonly hasFailed: boolean
}

export function importStateText({ phase, isRunning, waitsForAuth, hasFailed }: ImportState): string {
  if (isRunning || phase === 'done' || phase === 'incomplete') return PHASES[phase]
  if (waitsForAuth) return 'Waiting for you to reconnect'
  return hasFailed ? 'Stopped' : 'Paused'
}

export const IMPORT_IS_SAFE = 'Starts no flow, counts no event twice.'

/** Confirmation before an import restarts. */
export const restartText = ({
  window: { since, until, untilChosen },
  only,
}: Pick<BackfillProgress, 'window' | 'only'>): string =>
  `Read history again ${since === undefined ? 'from the beginning' : `from ${formatTime(since)}`} until ${untilChosen ? formatTime(until) : 'now'}${only === undefined ? '' : `, for ${only.join(', ')}`}?

Records that this import has read but not yet delivered are dropped and read again. Each event keeps its key, so no event is counted twice. Every event is marked as history, so no flow starts.`
