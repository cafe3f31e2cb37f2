/** Reads the facts of a connector's health: a few small queries, no request to either side. */
import { findAddressProblem } from '../auth/setup/public-url.ts'
import type { SetupView } from '../auth/setup/setup.ts'
import type { SetupState } from '../auth/setup/setup-state.ts'
import type { SideName } from '../auth/side.ts'
import { readBackfillState } from '../backfill/state.ts'
import type { Connector } from '../connector.ts'
import { capitalize } from '../lib/format.ts'
import { PROFILE } from '../mapping/map-profile.ts'
import { RECONCILE_SCOPE } from '../ports/ledger.ts'
import type { Store } from '../ports/store.ts'
import type { LiveSinceReader } from '../source/live-since.ts'
import { MANY_FINDS } from './receiving-rules.ts'
import type { HealthFacts } from './types.ts'
import { updateWebhookActivity } from './webhook-activity.ts'
import { addWebhookCounts } from './webhook-counts.ts'

/** What the connector itself does not know. */
export interface HealthSurroundings {
  /** How far setup has come. Absent: a host holds the credentials. */
  readonly setup?: (() => Promise<ReadSetup>) | undefined
  /** The public address, unless it is entered in setup. */
  readonly publicUrl?: string | undefined
  /** Webhooks come from this machine, as those of a sandbox do. */
  readonly localWebhooks?: boolean | undefined
  /** The import begun in this process. */
  readonly imports?: { readonly running: boolean; readonly lastError: string | undefined }
  /** Why an edited spec is not running. */
  readonly specProblem?: (() => string | undefined) | undefined
}

type ReadSetup = Pick<SetupView, 'step' | 'state'> &
  Readonly<Record<SideName, Pick<SetupView[SideName], 'credentialEnd'>>>

/** The part of a connector from which its health is read. */
export type HealthConnector = Pick<
  Connector,
  | 'spec'
  | 'store'
  | 'gate'
  | 'webhookStats'
  | 'connectionStats'
  | 'acceptsWebhooks'
  | 'runningBackfill'
  | 'lastReconcile'
  | 'deletions'
  | 'sunsets'
>

/** All but what is remembered of earlier assessments. */
export async function readHealthFacts(
  connector: HealthConnector,
  surroundings: HealthSurroundings,
  { liveSince, now }: { readonly liveSince: LiveSinceReader; readonly now: number },
): Promise<Omit<HealthFacts, 'readySince'>> {
  const { spec, store } = connector
  const webhooks = connector.webhookStats()
  const [
    live,
    dead,
    stuck,
    firstWebhookAt,
    lastImport,
    running,
    setup,
    reconcile,
    acceptsWebhooks,
    deletions,
    activity,
  ] = await Promise.all([
    store.backlog('live'),
    store.countDeadLetters(),
    findStuck(store),
    liveSince.readFirstWebhook(spec),
    readBackfillState(store),
    connector.runningBackfill(),
    readSetup(surroundings),
    readReconcile(connector),
    connector.acceptsWebhooks(),
    connector.deletions?.isConfirmed(),
    updateWebhookActivity(store, webhooks),
    addWebhookCounts(store, webhooks, now),
  ])
  await connector.gate.check?.()
  const pausedReason = connector.gate.pausedReason()
  const specProblem = surroundings.specProblem?.()
  const importError = surroundings.imports?.lastError
  return {
    now,
    source: capitalize(spec.source.name),
    destination: capitalize(spec.destination.name),
    acceptsWebhooks,
    webhooks,
    connections: connector.connectionStats(),
    live,
    dead,
    importIsRunning: running !== undefined || surroundings.imports?.running === true,
    reconcile,
    unrecoverable: spec.mappings.filter(({ stream }) => stream === undefined).map(({ metric }) => metric),
    liveWindow: spec.delivery.liveWindow,
    deletionsWait: deletions === false,
    sunsets: connector.sunsets?.() ?? [],
    ...(activity && { activity }),
    ...setup,
    ...(stuck && { stuck }),
    ...(lastImport && { lastImport }),
    ...(firstWebhookAt !== undefined && { firstWebhookAt }),
    ...(pausedReason !== undefined && { pausedReason }),
    ...(specProblem !== undefined && { specProblem }),
    ...(importError !== undefined && { importError }),
  }
}

/** Unsettled records among which to look for a live one that fails: those of an import may come first. */
const UNSETTLED_READ = 50

/** The fault for which the oldest live record waits. */
async function findStuck(store: Pick<Store, 'listUnsettled'>): Promise<HealthFacts['stuck']> {
  for (const { lane, outcome } of await store.listUnsettled({ limit: UNSETTLED_READ })) {
    if (lane !== 'live' || outcome?.status !== 'deferred' || outcome.fault === undefined) continue
    return { fault: outcome.fault, since: outcome.failingSince ?? outcome.until }
  }
  return undefined
}

const SIDES: readonly SideName[] = ['source', 'destination']

async function readSetup(
  surroundings: HealthSurroundings,
): Promise<Pick<HealthFacts, 'setup' | 'addressProblem' | 'credentialEnds'>> {
  if (surroundings.setup === undefined) return { credentialEnds: [] }
  const view = await surroundings.setup()
  const { step, state } = view
  const { disconnectedAt } = state
  const problem = findProblemOfAddress(surroundings, state)
  const ends = SIDES.flatMap((side) => {
    const end = view[side].credentialEnd
    return end === undefined ? [] : [{ ...end, side }]
  })
  return {
    credentialEnds: ends,
    setup: { step, ...(disconnectedAt !== undefined && { disconnectedAt }) },
    ...(problem !== undefined && { addressProblem: problem }),
  }
}

function findProblemOfAddress(
  { publicUrl, localWebhooks = false }: HealthSurroundings,
  state: Pick<SetupState, 'publicUrl'>,
): HealthFacts['addressProblem'] {
  if (localWebhooks) return undefined
  const address = publicUrl ?? state.publicUrl
  return address === undefined ? 'unknown' : findAddressProblem(address)
}

async function readReconcile({ spec, store, lastReconcile }: HealthConnector): Promise<HealthFacts['reconcile']> {
  const every = spec.reconcile?.every
  const [last, finds] = await Promise.all([
    lastReconcile(),
    store.events({ run: RECONCILE_SCOPE, status: 'delivered', limit: 2 * MANY_FINDS }),
  ])
  return {
    // A changed profile is no occurrence: its webhooks may not even be subscribed.
    findsAt: finds.filter(({ metric }) => metric !== PROFILE).map(({ settledAt }) => settledAt),
    ...(every !== undefined && { every }),
    ...(last && { last }),
  }
}
