/** The text of an alert: for Slack, for the body of an e-mail and for logs. Never a person's data: problems hold none. */
import { EFFECT_NAMES, ENDS_BY_ITSELF } from '../health/problem-texts.ts'
import { formatTime } from '../lib/format.ts'
import type { Alert } from './types.ts'

export function alertSubject({ kind, connector, state, problems: [worst] }: Alert): string {
  if (kind === 'test') return `${connector}: test alert`
  if (kind === 'recovery' || worst === undefined) return `${connector}: healthy again`
  return `${connector}: ${state ?? 'problem'}. ${worst.title}`
}

export function alertText(alert: Alert): string {
  const { kind, problems, ended, console: url } = alert
  const lines = problems.flatMap(({ title, effect, consequence, action, since }) => [
    '',
    `${title}.`,
    `Since ${formatTime(since)}. ${EFFECT_NAMES[effect]}: ${consequence}.`,
    action === undefined ? ENDS_BY_ITSELF : `To do: ${action.text}${linkTo(url, action.path)}.`,
  ])
  return [
    alertSubject(alert),
    ...(kind === 'test' ? ['', 'This is a test: alerts arrive here. It says nothing about the present state.'] : lines),
    ...(ended.length > 0 ? ['', `Ended: ${ended.join(', ')}.`] : []),
    ...(url === undefined ? [] : ['', url]),
  ].join('\n')
}

const linkTo = (url: string | undefined, path: string | undefined): string =>
  url === undefined || path === undefined ? '' : ` (${url.replace(/\/$/, '')}${path})`
