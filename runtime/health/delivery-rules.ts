/** Problems of delivery: the connections, refused events, delay, failed events, the spec. */
import type { ConnectionStats } from '../http/connection-stats.ts'
import { describePause } from '../http/pauses.ts'
import { capitalize, formatCount, formatDuration, formatInterval, formatTime, plural } from '../lib/format.ts'
import type { FaultInfo } from '../ports/types.ts'
import type { FoundProblem, HealthFacts, HealthRule } from './types.ts'

/** Milliseconds after which waiting live records count as delayed: longer than a usual retry. */
const DELAY = 5 * 60_000

const SETUP = '/set-up'
const FAILED = '/failed-events'

const disconnected: HealthRule = (facts) =>
  facts.setup?.disconnectedAt === undefined || facts.setup.step === 'done'
    ? undefined
    : {
        code: 'disconnected',
        state: 'stopped',
        title: 'Both accounts are disconnected',
        ...whileStopped(facts),
        action: { text: 'Connect the accounts again', path: SETUP },
        since: facts.setup.disconnectedAt,
      }

const setupIncomplete: HealthRule = (facts) =>
  facts.setup === undefined || facts.setup.step === 'done' || facts.setup.disconnectedAt !== undefined
    ? undefined
    : {
        code: 'setup-incomplete',
        state: 'stopped',
        title: 'Setup is not finished',
        ...(isFresh(facts) ? NOTHING_YET : whileStopped(facts)),
        action: { text: 'Continue setup', path: SETUP },
      }

/** Never connected, and no webhook has come: there is nothing yet that could be lost. */
const isFresh = ({ readySince, firstWebhookAt, webhooks }: HealthFacts): boolean =>
  readySince === undefined && firstWebhookAt === undefined && webhooks.lastRejected === undefined

const NOTHING_YET = { effect: 'none', consequence: 'No event was sent yet, and no webhook has arrived' } as const

/** Whatever else shuts the gate: rejected credentials, another account than the pinned one. */
const credentialsRejected: HealthRule = (facts) =>
  facts.pausedReason === undefined || (facts.setup !== undefined && facts.setup.step !== 'done')
    ? undefined
    : {
        code: 'credentials-rejected',
        state: 'stopped',
        title: `Delivery is paused: ${facts.pausedReason}`,
        ...whileStopped(facts),
        action: facts.setup
          ? { text: 'Open setup', path: SETUP }
          : { text: 'Correct the credentials where this program gets them' },
      }

/** What delivery of a live record fails for, from the record itself: another request may succeed meanwhile. */
const eventsRefused: HealthRule = (facts) => {
  const { stuck, connections } = facts
  const failure = connections.destination.lastFailure
  const fault = failure?.fault.kind === 'config' ? failure.fault : undefined
  const refusal = stuck?.fault.kind === 'config' ? stuck.fault : fault
  if (refusal === undefined) return undefined
  return {
    code: 'events-refused',
    state: 'stopped',
    ...blame(refusal, facts),
    effect: 'kept',
    consequence: keptText(facts),
    action: { text: 'Check the permissions, then correct the key or the setting', path: `${SETUP}/check` },
    since: stuck?.fault === refusal ? stuck.since : undefined,
  }
}

/** By the name before the slash of its code, which is that of the side that answered. */
function blame(
  { code, message }: FaultInfo,
  { source, destination }: HealthFacts,
): Pick<FoundProblem, 'title' | 'side'> {
  const answered = capitalize(code.split('/')[0] ?? '')
  if (answered === destination) return { title: `${destination} refuses events: ${message}`, side: 'destination' }
  return answered === source
    ? { title: `${source} refuses what events need from it: ${message}`, side: 'source' }
    : { title: `A setting holds events back: ${message}`, side: 'neither' }
}

const destinationUnreachable: HealthRule = (facts) => {
  const { lastFailure } = facts.connections.destination
  if (lastFailure === undefined || lastFailure.fault.kind === 'config') return undefined
  return {
    code: 'destination-unreachable',
    state: 'degraded',
    title: `${facts.destination} does not answer: ${lastFailure.fault.message}`,
    effect: 'late',
    consequence: `Events are tried again by themselves; ${keptText(facts)}`,
  }
}

const sourceFailed: HealthRule = ({ connections: { source: stats }, source }) => {
  if (stats.lastFailure === undefined) return undefined
  const { kind, message } = stats.lastFailure.fault
  const consequence = `Events that need more data from ${source}, imports and the check for missed webhooks wait`
  if (kind !== 'config') {
    const title = `${source} does not answer: ${message}`
    return { code: 'source-unreachable', state: 'degraded', title, effect: 'late', consequence }
  }
  const action = { text: 'Check the permissions', path: `${SETUP}/check` }
  const title = `${source} refuses requests: ${message}`
  return { code: 'source-refused', state: 'degraded', title, effect: 'late', consequence, action }
}

const liveTooLate: HealthRule = ({ live, now, liveWindow }) => {
  if (live.oldest === undefined || now - live.oldest < liveWindow) return undefined
  return {
    code: 'live-too-late-for-flows',
    state: 'degraded',
    title: `Live events have waited for more than ${formatInterval(liveWindow)}`,
    effect: 'late',
    consequence: 'Events of that age are counted, but start no flow',
    since: live.oldest + liveWindow,
  }
}

const liveDelayed: HealthRule = ({ live, now, liveWindow, stuck }) => {
  if (live.oldest === undefined || now - live.oldest < DELAY || now - live.oldest >= liveWindow) return undefined
  const reason = stuck === undefined ? '' : `: ${stuck.fault.message}`
  return {
    code: 'live-delayed',
    state: 'degraded',
    title: `${plural(live.records, 'live record')} waiting, the oldest for ${formatDuration(now - live.oldest)}${reason}`,
    effect: 'late',
    consequence: `They are sent in their order; after ${formatTime(live.oldest + liveWindow)} the oldest starts no flow`,
    since: live.oldest + DELAY,
  }
}

const pausedBySide: HealthRule = ({ connections, source, destination }) => {
  const pauseOf = (side: string, { pauses = [] }: ConnectionStats) => pauses.map((one) => describePause(side, one))
  const [pause] = [...pauseOf(destination, connections.destination), ...pauseOf(source, connections.source)]
  if (pause === undefined) return undefined
  return {
    code: 'paused-by-side',
    state: 'degraded',
    title: capitalize(pause),
    effect: 'late',
    consequence: 'Requests of this limit wait until then; other requests are sent',
  }
}

const eventsFailed: HealthRule = ({ dead }) =>
  dead === 0
    ? undefined
    : {
        code: 'events-failed',
        state: 'degraded',
        title: `${plural(dead, 'record')} with failed events`,
        effect: 'kept',
        consequence: 'They are kept until they are retried or dismissed',
        count: dead,
        action: { text: 'View failed events', path: FAILED },
      }

const specNotRunning: HealthRule = ({ specProblem }) =>
  specProblem === undefined
    ? undefined
    : {
        code: 'spec-not-running',
        state: 'degraded',
        title: 'The last edit of the mappings has errors and is not running',
        effect: 'none',
        consequence: 'Events are mapped by the mappings before that edit',
        detail: specProblem,
        action: { text: 'Correct the mappings' },
      }

const deletionsUnconfirmed: HealthRule = ({ deletionsWait }) =>
  deletionsWait
    ? {
        code: 'deletions-unconfirmed',
        state: 'degraded',
        title: 'Deletions of profiles wait for a confirmation',
        effect: 'kept',
        consequence: 'Profiles of deleted contacts stay until then',
        action: { text: 'Review deletions', path: '/' },
      }
    : undefined

export const deliveryRules: readonly HealthRule[] = [
  disconnected,
  setupIncomplete,
  credentialsRejected,
  eventsRefused,
  destinationUnreachable,
  sourceFailed,
  liveTooLate,
  liveDelayed,
  pausedBySide,
  eventsFailed,
  specNotRunning,
  deletionsUnconfirmed,
]

/** Not a rule: without the store there are no facts. */
export const storeFailed = (message: string, source: string): FoundProblem => ({
  code: 'store-failed',
  state: 'stopped',
  title: `The store fails: ${message}`,
  effect: 'lost',
  consequence: `Webhooks are answered with 503, and ${source} may not send them again`,
  action: { text: 'Free or repair the disk, or check the database' },
})

/** What a stop of delivery means: without a secret webhooks are not even stored. */
function whileStopped(facts: HealthFacts): Pick<FoundProblem, 'effect' | 'consequence'> {
  return facts.acceptsWebhooks
    ? { effect: 'kept', consequence: `New records are stored and sent later; ${keptText(facts)}` }
    : { effect: 'lost', consequence: refusalText(facts) }
}

/** Webhooks answered with 503: what the check of changes brings later, and what nothing brings. */
export function refusalText({ source, reconcile, unrecoverable }: HealthFacts): string {
  const lost = `Webhooks are answered with 503, and ${source} may not send them again`
  if (reconcile.every === undefined) return `${lost}; the check for missed webhooks is off`
  const never = unrecoverable.length === 0 ? '' : `, but not ${unrecoverable.join(', ')}`
  return `${lost}; the check for missed webhooks finds what has changed once delivery runs${never}`
}

function keptText({ live, liveWindow, now }: HealthFacts): string {
  if (live.oldest === undefined) return 'no live record is waiting'
  const waiting = `${formatCount(live.records)} live ${live.records === 1 ? 'record waits' : 'records wait'}`
  const late = live.oldest + liveWindow
  return now >= late
    ? `${waiting}, some too old to start a flow`
    : `${waiting}, and after ${formatTime(late)} the oldest starts no flow`
}
