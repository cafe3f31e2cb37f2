/** The health of the connector for programs: text of `/readyz`, JSON of `/status`, a badge, and gauges of `/metrics`. */
import { HEALTH_STATES, type Health, type HealthState, PROBLEM_CODES } from '../../health/types.ts'
import { formatJson } from '../../lib/format.ts'
import { metricFamily } from '../../metrics-text.ts'
import type { MayRead } from './reader.ts'

/** Titles may name accounts and hosts, so only readers with the token see them. */
export function healthLines({ state, problems }: Health, may: MayRead): string {
  if (state === 'healthy') return ''
  const lines = problems.map(({ code, title, detail }) =>
    may === 'all' ? [`${code}: ${title}`, ...(detail === undefined ? [] : [detail])].join('\n') : code,
  )
  return `${[state, ...lines].join('\n')}\n`
}

/** Of a process that takes over when the one that delivers ends. Its name holds that of a host. */
export function standbyLine(owner: string | undefined, may: MayRead): string {
  if (owner === undefined) return ''
  return may === 'all' ? `standby: delivery runs in process ${owner}\n` : 'standby: delivery runs in another process\n'
}

/** `owner`: the process that delivers in place of this one. */
export function healthJson({ state, since, problems }: Health, may: MayRead, owner?: string): string {
  const shown = problems.map(({ code, state, effect, since, title, consequence, detail, action }) => ({
    code,
    state,
    effect,
    since: new Date(since).toISOString(),
    ...(may === 'all' && { title, consequence, ...(detail && { detail }), ...(action && { action }) }),
  }))
  const standby = owner !== undefined && { standby: true, ...(may === 'all' && { deliveringProcess: owner }) }
  return `${formatJson({ state, since: new Date(since).toISOString(), ...standby, ...(may !== 'nothing' && { problems: shown }) })}\n`
}

const COLORS: Readonly<Record<HealthState, string>> = { healthy: '#1b6b35', degraded: '#815400', stopped: '#a5262a' }
const LABEL_WIDTH = 66
const STATE_WIDTH = 68

export function healthBadge({ state }: Pick<Health, 'state'>): string {
  const text = (x: number, content: string) =>
    `<text x="${x}" y="14" fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">${content}</text>`
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${LABEL_WIDTH + STATE_WIDTH}" height="20" role="img" aria-label="connector: ${state}"><title>connector: ${state}</title><rect width="${LABEL_WIDTH}" height="20" fill="#444"/><rect x="${LABEL_WIDTH}" width="${STATE_WIDTH}" height="20" fill="${COLORS[state]}"/>${text(LABEL_WIDTH / 2, 'connector')}${text(LABEL_WIDTH + STATE_WIDTH / 2, state)}</svg>\n`
}

const DELIVERS = '1 in the process that delivers, polls and imports; 0 in one that stands by.'

/** Prometheus text: one sample for each state and problem, so that an alert never misses a series. */
export function healthMetrics({ state, problems }: Health, owner?: string): string {
  const codes = new Set(problems.map(({ code }) => code))
  const states = HEALTH_STATES.map((one) => [{ state: one }, one === state ? 1 : 0] as const)
  const lasting = PROBLEM_CODES.map((code) => [{ code }, codes.has(code) ? 1 : 0] as const)
  return [
    metricFamily('connector_health_state', 'gauge', '1 for the present state.', states),
    metricFamily('connector_problem', 'gauge', '1 for each problem that lasts.', lasting),
    metricFamily('connector_delivers', 'gauge', DELIVERS, [[{}, owner === undefined ? 1 : 0]]),
  ].join('')
}
