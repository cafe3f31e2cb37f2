/** The spec that delivers the records of a store: kept in the store, so that a changed one is compared with it before it runs. */
import { RUNNING_SPEC_CHECKPOINT } from '../lib/checkpoint-names.ts'
import { isSameMachine } from '../lib/process-identity.ts'
import type { Clock, Logger, ProcessIdentity } from '../ports/effects.ts'
import type { Checkpoint, Store } from '../ports/store.ts'
import type { Json } from '../ports/types.ts'
import { hashSpec } from '../spec/hash-spec.ts'
import type { Spec } from '../spec/spec.ts'
import { version } from '../version.ts'
import { type KeyTexts, keyTexts } from './key-texts.ts'

export interface RunningSpec {
  readonly hash: string
  /** Of the package. */
  readonly version: string
  /** When it first ran, milliseconds since 1970. */
  readonly since: number
  readonly keys: Readonly<Record<string, KeyTexts>>
  /** Those that are on. Absent: an earlier version wrote it. */
  readonly metrics?: readonly string[]
  readonly files: readonly { readonly path: string; readonly text: string }[]
  /** The processes that deliver, each with its spec. */
  readonly processes: readonly RunningProcess[]
}

export interface RunningProcess {
  readonly id: string
  readonly hash: string
  /** When it began to deliver with this spec, milliseconds since 1970. */
  readonly since: number
}

/** Undefined: none has run on the store. */
export async function readRunningSpec(store: Pick<Store, 'readCheckpoint'>): Promise<RunningSpec | undefined> {
  return (await store.readCheckpoint(RUNNING_SPEC_CHECKPOINT)) as RunningSpec | undefined
}

export interface AdoptParts {
  readonly spec: Spec
  readonly store: Pick<
    Store,
    'readCheckpoint' | 'writeCheckpoints' | 'compareAndSwapCheckpoint' | 'events' | 'readRecord' | 'deliveredByDay'
  >
  readonly clock: Clock
  readonly logger: Logger
  readonly processIdentity: ProcessIdentity
}

export interface AdoptOptions {
  /** Metrics whose new keys may count delivered events again. */
  readonly acceptNewKeys?: readonly string[]
}

/**
 * Makes the spec the running one. Throws a config `Fault` if the key of a metric differs from the one under which events were
 * delivered, unless that is accepted: each of them would be counted again when it comes again.
 */
export async function adoptSpec(parts: AdoptParts, { acceptNewKeys = [] }: AdoptOptions = {}): Promise<void> {
  const { spec, store, clock, logger, processIdentity } = parts
  const hash = hashSpec(spec.sourceFiles)
  const before = await readRunningSpec(store)
  const now = clock.now()
  const processes = listProcesses(before, { hash, now, ...parts })
  if (before?.hash === hash) {
    // Each claim of a tenant comes here: what is noted already is not written again, 60 kB with the text of the spec.
    if (!isNoted(before, processes, processIdentity.id)) await write(store, { ...before, processes })
    return
  }
  // Imported on first use: most processes run the spec of the one before.
  const compare = before && (await import('./compare-specs.ts'))
  let began: readonly Checkpoint[] = []
  if (before !== undefined && compare !== undefined) {
    const { beginMetrics, findChangedKeys, findRenamed, keysChanged, RENAMED } = compare
    const changed = await findChangedKeys(before, spec, store)
    const refused = changed.filter(({ metric }) => !acceptNewKeys.includes(metric))
    if (refused.length > 0) throw keysChanged(refused)
    for (const { metric, delivered } of changed) logger.warn('new key accepted', { metric, delivered })
    for (const renamed of findRenamed(before, spec)) logger.warn(RENAMED, { ...renamed })
    began = beginMetrics(before, spec, now)
    logger.info('the spec has changed', { spec: hash, before: before.hash })
  }
  const { keys, files, metrics } = describeSpec(spec)
  const running = { hash, version, since: now, keys: { ...before?.keys, ...keys }, metrics, files, processes }
  await write(store, running, began)
  if (before !== undefined) await compare?.noteChange(before, running, store)
}

type SpecDescription = Required<Pick<RunningSpec, 'keys' | 'metrics' | 'files'>>

const descriptions = new WeakMap<Spec, SpecDescription>()

/** Once for all tenants of a spec. */
function describeSpec(spec: Spec): SpecDescription {
  const known = descriptions.get(spec)
  if (known !== undefined) return known
  const description = {
    keys: Object.fromEntries(spec.mappings.map((mapping) => [mapping.metric, keyTexts(mapping)])),
    metrics: spec.mappings.map(({ metric }) => metric),
    files: spec.sourceFiles.map(({ path, text }) => ({ path, text })),
  }
  descriptions.set(spec, description)
  return description
}

const write = (store: AdoptParts['store'], value: RunningSpec, others: readonly Checkpoint[] = []) =>
  store.writeCheckpoints([{ name: RUNNING_SPEC_CHECKPOINT, value: value as unknown as Json }, ...others])

/** A process of another machine shows no sign of life here, so it counts as running for a day. Milliseconds. */
const UNSEEN_FOR = 86_400_000

/** The processes that deliver, as far as this one can tell. */
export function runningProcesses(
  { processes }: Pick<RunningSpec, 'processes'>,
  self: ProcessIdentity,
  now: number,
): readonly RunningProcess[] {
  return processes.filter(
    ({ id, since }) => !self.hasExited(id) && (isSameMachine(id, self.id) || now - since < UNSEEN_FOR),
  )
}

interface NewProcess extends Pick<AdoptParts, 'processIdentity'> {
  readonly hash: string
  readonly now: number
}

/** Whether the store names the same processes, and this one will count as running for a while yet. */
function isNoted({ hash, processes }: RunningSpec, listed: readonly RunningProcess[], self: string): boolean {
  const own = processes.find(({ id }) => id === self)
  const now = listed.at(-1)?.since ?? 0
  return own?.hash === hash && now - own.since < UNSEEN_FOR / 2 && processes.length === listed.length
}

function listProcesses(before: RunningSpec | undefined, { hash, now, processIdentity }: NewProcess) {
  const others = before === undefined ? [] : runningProcesses(before, processIdentity, now)
  return [...others.filter(({ id }) => id !== processIdentity.id), { id: processIdentity.id, hash, since: now }]
}
