/** Problems of receiving: webhooks that are refused, rejected, sent elsewhere, or do not come. */
import { formatInterval, plural } from '../lib/format.ts'
import { refusalText } from './delivery-rules.ts'
import type { HealthFacts, HealthRule } from './types.ts'
import { usualGap } from './webhook-activity.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
/** Events that no webhook reported, in a day, from which webhooks count as missing: the source loses a few at any time. */
export const MANY_FINDS = 5

const WEBHOOKS = '/set-up/webhooks'

/** Delivery runs, but no secret verifies webhooks. */
const refused: HealthRule = (facts) =>
  facts.acceptsWebhooks ||
  facts.pausedReason !== undefined ||
  (facts.setup !== undefined && facts.setup.step !== 'done')
    ? undefined
    : {
        code: 'webhooks-refused',
        state: 'degraded',
        title: 'No webhook can be verified: the signing secret is missing',
        effect: 'lost',
        consequence: refusalText(facts),
        action: { text: 'Add the secret', path: WEBHOOKS },
      }

/** A stranger can cause one at any time, so only while no genuine webhook has come since, and for an hour. */
const rejected: HealthRule = ({ webhooks: { lastRejected, lastVerified }, acceptsWebhooks, now, source }) => {
  if (!acceptsWebhooks || lastRejected === undefined || lastRejected.at <= (lastVerified?.at ?? 0)) return undefined
  if (now - lastRejected.at > HOUR) return undefined
  return {
    code: 'webhooks-rejected',
    state: 'degraded',
    title: `The last webhook was rejected: ${lastRejected.reason}`,
    effect: 'lost',
    consequence: `If it came from ${source}, it is lost; the check for missed webhooks may find its event`,
    action: { text: 'Check the webhook settings', path: WEBHOOKS },
  }
}

const misdirected: HealthRule = ({ webhooks: { misdirected: wrong, lastVerified } }) => {
  if (wrong === undefined || wrong.at <= (lastVerified?.at ?? 0)) return undefined
  return {
    code: 'webhooks-misdirected',
    state: 'degraded',
    title: `${plural(wrong.count, 'webhook')} arrived at a wrong path, the last at ${wrong.path}`,
    effect: 'lost',
    consequence: 'They are answered with 404',
    action: { text: 'Correct the webhook address', path: WEBHOOKS },
  }
}

const missed: HealthRule = ({ reconcile: { findsAt }, now, source }) => {
  const recent = findsAt.filter((at) => now - at < DAY)
  if (recent.length < MANY_FINDS) return undefined
  return {
    code: 'webhooks-missed',
    state: 'degraded',
    title: 'Events of the last 24 hours came without a webhook',
    effect: 'late',
    consequence: `The check for missed webhooks delivers them, later than a webhook would; ${source} may have paused the webhooks`,
    action: { text: 'View webhooks', path: '/webhooks' },
  }
}

const ADDRESS_PROBLEMS: Readonly<Record<NonNullable<HealthFacts['addressProblem']>, string>> = {
  unknown: 'No webhook has arrived, and no public address is known at which one could',
  local: 'No webhook can arrive: the address is reached from this machine or its network only',
  'no-https': 'No webhook can arrive: the address has no HTTPS',
}

const noAddress: HealthRule = (facts) => {
  const { addressProblem, firstWebhookAt, readySince, acceptsWebhooks, reconcile, unrecoverable } = facts
  if (addressProblem === undefined || firstWebhookAt !== undefined || readySince === undefined) return undefined
  if (!acceptsWebhooks) return undefined
  const but = unrecoverable.length === 0 ? '' : ` but ${unrecoverable.join(', ')}`
  return {
    code: 'no-public-address',
    state: 'degraded',
    title: ADDRESS_PROBLEMS[addressProblem],
    ...(reconcile.every === undefined
      ? NOTHING_LIVE
      : {
          effect: 'late',
          consequence: `The check for missed webhooks delivers all metrics${but}, every ${formatInterval(reconcile.every)}`,
        }),
    action: { text: 'Enter a public address', path: WEBHOOKS },
    since: readySince,
  }
}

const NOTHING_LIVE = {
  effect: 'lost',
  consequence: 'Nothing is delivered live, and the check for missed webhooks is off',
} as const

const noneYet: HealthRule = ({ firstWebhookAt, readySince, acceptsWebhooks, reconcile, now, addressProblem }) => {
  if (addressProblem !== undefined) return undefined
  if (firstWebhookAt !== undefined || readySince === undefined || !acceptsWebhooks) return undefined
  if (now - readySince < HOUR) return undefined
  return {
    code: 'no-webhook-yet',
    state: 'degraded',
    title: 'No webhook has arrived since setup',
    ...(reconcile.every === undefined
      ? NOTHING_LIVE
      : { effect: 'late', consequence: 'Events are delivered only by the check for missed webhooks' }),
    action: { text: 'Set up webhooks', path: WEBHOOKS },
    since: readySince + HOUR,
  }
}

/** Silence is measured against the longest of two weeks: nights and weekends are usual. */
const SILENCE = 3
const SHORTEST_SILENCE = 2 * HOUR

const silent: HealthRule = ({ activity, acceptsWebhooks, reconcile, now, source }) => {
  const usual = activity && usualGap(activity)
  if (activity === undefined || usual === undefined || !acceptsWebhooks) return undefined
  const quiet = now - activity.last
  const limit = Math.max(SHORTEST_SILENCE, SILENCE * usual)
  if (quiet < limit) return undefined
  return {
    code: 'webhooks-silent',
    state: 'degraded',
    title: `No webhook for ${formatInterval(quiet)}; the longest time without one was ${formatInterval(usual)}`,
    ...(reconcile.every === undefined
      ? { effect: 'lost', consequence: `If ${source} has paused the webhooks, events are lost` }
      : {
          effect: 'late',
          consequence: `If ${source} has paused the webhooks, the check for them delivers events later`,
        }),
    action: { text: 'Check the webhook settings', path: WEBHOOKS },
    since: activity.last + limit,
  }
}

export const receivingRules: readonly HealthRule[] = [
  refused,
  rejected,
  misdirected,
  missed,
  silent,
  noAddress,
  noneYet,
]
