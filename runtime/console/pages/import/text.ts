/** Sentences about an import that stand in more than one place. */
import type { Progress } from '../../../backfill/types.ts'
import { formatTime } from '../../../lib/format.ts'

const PHASES: Readonly<Record<Progress['phase'], string>> = {
  lookups: 'Reading contacts',
  reading: 'Reading history',
  delivering: 'Sending the rest',
  done: 'Finished',
}

export interface ImportState {
  readonly phase: Progress['phase']
  /** Somebody runs it, here or elsewhere. */
  readonly moves: boolean
  readonly waits: boolean
  readonly failed: boolean
}

export function stateWords({ phase, moves, waits, failed }: ImportState): string {
  if (moves || phase === 'done') return PHASES[phase]
  return waits ? 'Waits for you' : failed ? 'Stopped' : 'Paused'
}

export const BACKFILL_AGAIN = 'No flow starts, and nothing is counted twice.'

/** What is asked before an import begins again. */
export const restartWords = ({ window: { since }, only }: Pick<Progress, 'window' | 'only'>): string =>
  `Read history again, ${since === undefined ? 'from the beginning' : `from ${formatTime(since)}`} until live delivery began${only === undefined ? '' : `, of ${only.join(', ')}`}?

What this import had read and not yet sent is dropped and read anew. What was sent stays sent: each event has the same key, so nothing is counted twice. Every event is marked as history, so no flow starts.`
