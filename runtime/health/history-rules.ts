/** Problems of history and reconciliation: imports that ended short or stopped, checks that are overdue or short. */
import { formatDuration } from '../lib/format.ts'
import type { HealthRule } from './types.ts'

/** Intervals after which a check is overdue: one may fail or take long. */
const OVERDUE = 3

const IMPORT = '/history'
const MISSED = '/webhooks'

const importFailed: HealthRule = ({ importError, importIsRunning }) =>
  importError === undefined || importIsRunning
    ? undefined
    : {
        code: 'import-failed',
        state: 'degraded',
        title: `The import of history has stopped: ${importError}`,
        effect: 'kept',
        consequence: 'Live events are not affected; the import goes on from where it stopped',
        action: { text: 'View the import', path: IMPORT },
      }

const importIncomplete: HealthRule = ({ lastImport, importIsRunning, source }) =>
  lastImport?.phase !== 'incomplete' || importIsRunning
    ? undefined
    : {
        code: 'import-incomplete',
        state: 'degraded',
        title: `The import ended incomplete: ${source} gave fewer records than it counts`,
        effect: 'late',
        consequence: 'The missing part of history is not in the metrics yet',
        action: { text: 'Continue the import', path: IMPORT },
        since: lastImport.endedAt,
      }

const reconcileOverdue: HealthRule = ({ reconcile: { every, last }, now }) => {
  if (every === undefined || last === undefined || now - last.endedAt < OVERDUE * every) return undefined
  return {
    code: 'reconcile-overdue',
    state: 'degraded',
    title: `Missed webhooks were last looked for ${formatDuration(now - last.endedAt)} ago`,
    effect: 'late',
    consequence: 'Events that no webhook reported are found later',
    action: { text: 'View webhooks', path: MISSED },
    since: last.endedAt + OVERDUE * every,
  }
}

const reconcileIncomplete: HealthRule = ({ reconcile: { last }, source }) => {
  const short = last?.streams.filter(({ missing }) => missing !== undefined) ?? []
  if (short.length === 0) return undefined
  return {
    code: 'reconcile-incomplete',
    state: 'degraded',
    title: `${source} gave fewer changed records than it counts: ${short.map(({ stream }) => stream).join(', ')}`,
    effect: 'late',
    consequence: 'The next check reads them again',
    action: { text: 'View webhooks', path: MISSED },
    since: last?.endedAt,
  }
}

export const historyRules: readonly HealthRule[] = [
  importFailed,
  importIncomplete,
  reconcileOverdue,
  reconcileIncomplete,
]
