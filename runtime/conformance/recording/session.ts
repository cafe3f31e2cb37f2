/** A connector on a store in memory, whose requests are noted, or answered from a recording. */
import type { DeliveryConnections } from '../../auth/connections.ts'
import type { Connector } from '../../connector.ts'
import { untilAborted } from '../../lib/abort.ts'
import { type AuthProvider, createStaticAuth, type DeliveryGate } from '../../ports/auth.ts'
import type { Destination } from '../../ports/destination.ts'
import type { Clock, Fetch } from '../../ports/effects.ts'
import { Fault } from '../../ports/fault.ts'
import type { Store } from '../../ports/store.ts'
import type { Json } from '../../ports/types.ts'
import type { Spec } from '../../spec/spec.ts'
import { memoryStore } from '../../store/memory/store.ts'
import { signedWebhook } from '../signed-webhook.ts'

/** What a session puts in place of the parts of a running connector. */
export interface SessionParts {
  readonly spec: Spec
  readonly store: Store
  readonly clock: Clock
  readonly fetch: Fetch
  readonly connections: DeliveryConnections
  readonly wrapDestination?: (destination: Destination) => Destination
}

/** Assembles the connector of a session. */
export type OpenSession = (parts: SessionParts) => Promise<Connector>

export interface Session {
  readonly connector: Connector
  readonly store: Store
  readonly clock: Clock
}

export interface SessionOptions extends Omit<SessionParts, 'store' | 'connections'> {
  readonly open: OpenSession
  readonly source: AuthProvider
  /** Default: its address in the spec, without credentials. */
  readonly destination?: AuthProvider
}

const OPEN_GATE: DeliveryGate = {
  pausedReason: () => undefined,
  waitForChange: untilAborted,
}

/** Signs the webhooks of sessions. No other process accepts it. */
/** A key in whatever way the source writes its own. */
const SECRET = 'c0ffee0123456789'

/** Opens a session and closes it however `use` ends. */
export async function withSession<T>(options: SessionOptions, use: (session: Session) => Promise<T>): Promise<T> {
  const { open, source, destination, spec, clock, fetch, wrapDestination } = options
  const store = memoryStore({ clock })
  const connections: DeliveryConnections = {
    source,
    destination: destination ?? createStaticAuth(() => ({ baseUrl: spec.destination.host, headers: {} })),
    gate: OPEN_GATE,
    signingSecrets: async () => [SECRET],
  }
  const connector = await open({ spec, store, clock, fetch, connections, ...(wrapDestination && { wrapDestination }) })
  try {
    return await use({ connector, store, clock })
  } finally {
    await connector.close()
    await store.close()
  }
}

/** Sends a notification to the session, signed. Throws a data fault if it is none. */
export async function receive(
  { connector, clock }: Pick<Session, 'connector' | 'clock'>,
  notification: Json,
): Promise<void> {
  const webhook = signedWebhook(
    { notification: JSON.stringify(notification), secret: SECRET, now: clock.now() },
    connector.spec.webhook,
  )
  const { status } = await connector.receive(webhook)
  if (status === 200) return
  throw new Fault('data', 'recording/no-notification', `a recorded webhook is no notification (answered ${status})`)
}

/** Milliseconds between two looks at the queue. */
const LOOK_EVERY = 100
/** Milliseconds after which what is queued is left: it waits for a retry. */
const LONGEST_WORK = 60_000

/** Delivers until every record has been attempted. */
export async function deliverAll({ connector, store, clock }: Session, signal: AbortSignal): Promise<void> {
  const stop = new AbortController()
  const working = connector.work({ signal: stop.signal })
  const end = clock.now() + LONGEST_WORK
  try {
    do {
      await clock.sleep(LOOK_EVERY, signal)
      const reason = connector.gate.pausedReason()
      if (reason !== undefined) throw new Fault('config', 'delivery/paused', reason)
    } while (!signal.aborted && clock.now() < end && (await isBusy(store, clock)))
  } finally {
    stop.abort()
    await working
  }
}

/** Whether a record is being delivered or is due. One that waits, for a contact or a retry, is not. */
async function isBusy(store: Store, clock: Clock): Promise<boolean> {
  const records = await store.listUnsettled({ limit: 1_000 })
  return records.some(({ status, due = 0 }) => status === 'leased' || due <= clock.now())
}

/** Imports all history of these metrics. Throws a fault of the source. */
export async function importAll(
  { connector }: Pick<Session, 'connector'>,
  only: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  for await (const { phase } of connector.backfill({ only, signal })) if (phase === 'done') return
}
