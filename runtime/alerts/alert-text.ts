/** The text of an alert: for Slack, for the body of an e-mail and for logs. Never a person's data: problems hold none. */
import { formatTime } from '../lib/format.ts'
import type { Alert } from './types.ts'

const EFFECTS = { lost: 'Being lost', late: 'Late', kept: 'Kept', none: 'Not affected' } as const

export function alertSubject({ kind, connector, state, problems: [worst] }: Alert): string {
  if (kind === 'test') return `${connector}: test alert`
  if (kind === 'recovery' || worst === undefined) return `${connector}: healthy again`
  return `${connector}: ${state}. ${worst.title}`
}

export function alertText(alert: Alert): string {
  const { kind, problems, ended, console: url } = alert
  const lines = problems.flatMap(({ title, effect, consequence, action, since }) => [
    '',
    `${title}.`,
    `Since ${formatTime(since)}. ${EFFECTS[effect]}: ${consequence}.`,
    action === undefined ? 'It ends by itself.' : `To do: ${action.text}${linkTo(url, action.path)}.`,
  ])
  return [
    alertSubject(alert),
    ...(kind === 'test' ? ['', 'Alerts arrive here. Nothing is wrong.'] : lines),
    ...(ended.length > 0 ? ['', `Ended: ${ended.join(', ')}.`] : []),
    ...(url === undefined ? [] : ['', url]),
  ].join('\n')
}

const linkTo = (url: string | undefined, path: string | undefined): string =>
  url === undefined || path === undefined ? '' : ` (${url.replace(/\/$/, '')}${path})`
