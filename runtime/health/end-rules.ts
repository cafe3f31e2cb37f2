/** Problems to come: what a vendor ends, a revision of its API or credentials that do not renew themselves. */
import { capitalize, formatTime } from '../lib/format.ts'
import type { FoundProblem, HealthRule } from './types.ts'

const DAY = 86_400_000
/** Milliseconds before its end from which on it is a problem: time to update, and time to connect again. */
const SUNSET_NOTICE = 60 * DAY
const CREDENTIAL_NOTICE = 7 * DAY

const consequence = 'Requests are refused from then on, and events wait'

const sunsetNear: HealthRule = ({ sunsets, now }) => {
  const next = findNext(sunsets, now, SUNSET_NOTICE)
  if (next === undefined) return undefined
  const date = new Date(next.at).toISOString().slice(0, 10)
  return {
    code: 'sunset-near',
    state: 'degraded',
    title: `${capitalize(next.what)} ${now < next.at ? 'ends' : 'ended'} on ${date}`,
    effect: 'none',
    consequence,
    action: { text: next.action },
    since: next.at - SUNSET_NOTICE,
  }
}

const credentialEnding: HealthRule = (facts) => {
  const { credentialEnds, now, setup } = facts
  const next = findNext(credentialEnds, now, CREDENTIAL_NOTICE)
  if (next === undefined || setup?.step !== 'done') return undefined
  const { at, cause, side, renewedAt } = next
  const ends = `The connection to ${facts[side]} ${now < at ? 'ends' : 'ended'} at ${formatTime(at)}`
  const common = {
    code: 'credential-ending',
    state: 'degraded',
    side,
    effect: 'none',
    consequence,
    since: Math.max(at - CREDENTIAL_NOTICE, renewedAt),
  } as const satisfies Partial<FoundProblem>
  return cause === 'disuse'
    ? {
        ...common,
        title: `${ends}, unused since ${formatTime(renewedAt)}`,
        action: { text: 'Check the permissions: the request renews the connection', path: '/set-up/check' },
      }
    : {
        ...common,
        title: `${ends}: its token cannot be renewed`,
        action: { text: `Connect ${facts[side]} again`, path: '/set-up' },
      }
}

/** The first that ends within the notice. */
function findNext<T extends { readonly at: number }>(all: readonly T[], now: number, notice: number): T | undefined {
  return [...all].filter(({ at }) => at - now < notice).sort((a, b) => a.at - b.at)[0]
}

export const endRules: readonly HealthRule[] = [sunsetNear, credentialEnding]
