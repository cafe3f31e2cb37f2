/** What a run brought to Klaviyo, and how two runs differ. */
import { isObject } from '../../../runtime/lib/json.ts'
import type { LedgerEntry } from '../../../runtime/ports/ledger.ts'
import type { Store } from '../../../runtime/ports/store.ts'
import type { Json, JsonObject } from '../../../runtime/ports/types.ts'
import type { RecordedEvent } from '../../../sandbox/klaviyo/event-store.ts'
import type { KlaviyoSandbox } from '../../../sandbox/klaviyo/server.ts'

export interface Outcome {
  readonly events: readonly RecordedEvent[]
  readonly profiles: ReadonlyMap<string, JsonObject>
  readonly deadLetters: readonly LedgerEntry[]
  readonly refused: number
  /** Conversations, once for each rating. */
  readonly rated: readonly string[]
}

export interface OutcomeParts {
  readonly klaviyo: KlaviyoSandbox
  readonly store: Store
  readonly rated: readonly string[]
}

export async function readOutcome({ klaviyo, store, rated }: OutcomeParts): Promise<Outcome> {
  const events = klaviyo.events()
  const profiles = new Map<string, JsonObject>()
  for (const { email } of events) {
    const profile = email && klaviyo.profile(email)
    if (email && profile) profiles.set(email, profile.attributes)
  }
  return {
    events,
    profiles,
    deadLetters: await store.listDeadLetters({ limit: 100 }),
    refused: klaviyo.summary().refused,
    rated: [...rated],
  }
}

const LIVE_WINDOW = 24 * 3_600_000
/** An event that is mapped just before it leaves the live window may arrive just after. */
const LANE_TOLERANCE = 10 * 60_000

/** How a disturbed run differs from the undisturbed one, a line each. Readings aside, which Intercom does not keep. */
export function compareOutcomes(expected: Outcome, actual: Outcome): readonly string[] {
  const overwritten = findRepeats(expected.rated)
  const isKept = ({ metric, key = '' }: RecordedEvent) =>
    metric !== 'Read Conversation' && !(metric === 'Rated Conversation' && overwritten.has(key.split(':')[2] ?? ''))
  const wanted = new Map(expected.events.filter(isKept).map((event) => [describe(event), event]))
  const sent = actual.events.filter(isKept)
  const found = new Set(sent.map(describe))
  return [
    ...[...wanted.keys()].filter((event) => !found.has(event)).map((event) => `missing: ${event}`),
    ...[...found].filter((event) => !wanted.has(event)).map((event) => `unexpected: ${event}`),
    ...findRepeatedKeys(actual.events).map((key) => `twice: ${key}`),
    ...actual.events.filter(isInWrongLane).map((event) => `wrong lane: ${describe(event)} ${laneOf(event)}`),
    ...actual.deadLetters.map((entry) => `dead: ${JSON.stringify(entry)}`),
    ...(actual.refused > 0 ? [`refused requests: ${actual.refused}`] : []),
    ...compareProfiles(expected.profiles, actual.profiles),
  ]
}

const describe = ({ metric, time, key, email }: RecordedEvent) => `${metric} ${time} ${key} ${email ?? ''}`

const laneOf = ({ triggersFlows, receivedAt, time }: RecordedEvent) =>
  `${triggersFlows ? 'live' : 'backfill'} after ${Math.round((receivedAt - Date.parse(time)) / 60_000)} min`

function isInWrongLane({ time, receivedAt, triggersFlows }: RecordedEvent): boolean {
  const age = receivedAt - Date.parse(time)
  return Math.abs(age - LIVE_WINDOW) > LANE_TOLERANCE && triggersFlows !== age < LIVE_WINDOW
}

function findRepeatedKeys(events: readonly RecordedEvent[]): readonly string[] {
  return [...findRepeats(events.map(({ key }) => key ?? ''))]
}

function findRepeats(all: readonly string[]): ReadonlySet<string> {
  const seen = new Set<string>()
  return new Set(all.filter((one) => seen.size === seen.add(one).size))
}

function compareProfiles(
  expected: ReadonlyMap<string, JsonObject>,
  actual: ReadonlyMap<string, JsonObject>,
): readonly string[] {
  return [...expected].flatMap(([email, attributes]) => {
    const other = actual.get(email)
    // An old event brings only the identifiers of its person.
    if (other?.properties === undefined) return []
    return findDifferences(attributes, other).map((difference) => `profile ${email}: ${difference}`)
  })
}

/** Values of members that both have: an attribute that a contact no longer has keeps its old value in Klaviyo. */
function findDifferences(expected: Json, actual: Json): readonly string[] {
  if (!isObject(expected) || !isObject(actual)) {
    const [wanted, found] = [JSON.stringify(expected), JSON.stringify(actual)]
    return wanted === found ? [] : [`${found}, not ${wanted}`]
  }
  return Object.entries(expected).flatMap(([name, value]) => {
    const other: Json | undefined = actual[name]
    return other === undefined
      ? []
      : value === undefined
        ? []
        : findDifferences(value, other).map((difference) => `${name} ${difference}`)
  })
}
