/** Tells a person on a page how to act on a failed or skipped event. */
import { html } from 'hono/html'
import { capitalize } from '../lib/format.ts'
import type { FaultKind } from '../ports/fault.ts'
import { actionOnSkip } from '../skip-reasons.ts'
import { bugReportLink } from './fault-link.ts'
import type { ConsoleOptions, Html } from './types.ts'

/** `dead`: the connector does not retry by itself any more. */
export function adviceOnFault(kind: FaultKind, dead: boolean, options: ConsoleOptions): Html {
  const { source, destination } = options.connector.spec
  const [from, to] = [capitalize(source.name), capitalize(destination.name)]
  const waiting: Readonly<Record<FaultKind, string>> = {
    config: 'Fix the credentials, permissions or settings. Waiting records resume automatically.',
    data: `Fix the mapping, or the record in ${from}, then retry.`,
    transient: 'Nothing: it is retried automatically.',
    bug: 'Report this bug with its code. Retry after an update.',
  }
  const failed: typeof waiting = {
    ...waiting,
    config: 'Fix the mapping or the setting, then retry.',
    transient: `Automatic retries have ended. Retry once ${from} and ${to} respond again.`,
  }
  return html`${(dead ? failed : waiting)[kind]}${bugReportLink({ kind }, options)}`
}

export function adviceOnSkip(reason: string, { app }: Pick<ConsoleOptions, 'app'>): string {
  const action = actionOnSkip(reason)
  return action === undefined
    ? 'Nothing.'
    : `If it should be sent: ${action.replace('`connector ', `\`${app.program ?? 'connector'} `)}.`
}
