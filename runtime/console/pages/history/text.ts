/** Texts about an import that several pages share. */
import type { BackfillProgress } from '../../../backfill/types.ts'
import { localTimeText } from '../../server/local-times.ts'
import type { PageContext } from '../../types.ts'

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
export function restartText(
  { window: { since, until, untilChosen }, only }: Pick<BackfillProgress, 'window' | 'only'>,
  context: PageContext,
): string {
  const time = (ms: number) => localTimeText(ms, context)
  return `Read history again ${since === undefined ? 'from the beginning' : `from ${time(since)}`} until ${untilChosen ? time(until) : 'now'}${only === undefined ? '' : `, for ${only.join(', ')}`}?

Records that this import has read but not yet delivered are dropped and read again. Each event keeps its key, so no event is counted twice. Every event is marked as history, so no flow starts.`
}
