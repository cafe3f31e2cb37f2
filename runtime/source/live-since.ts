/** When live delivery began: of each topic with its first webhook, of a metric with the first of its topics, or when it was added. */
import {
  liveSinceCheckpoint,
  metricSinceCheckpoint,
  WORKSPACE_CHECKPOINT,
  WORKSPACE_IN_WEBHOOKS_CHECKPOINT,
} from '../lib/checkpoint-names.ts'
import { asId } from '../lib/json.ts'
import type { MaybePromise } from '../lib/maybe-promise.ts'
import type { Checkpoint, Store } from '../ports/store.ts'
import type { Mapping, Spec } from '../spec/spec.ts'
import { findResourceByTopic, type Notification } from './envelope.ts'

/** In place of a topic: the first reconciling pass, which delivers live whatever webhooks do not. */
export const POLL = '(poll)'

/** In place of a metric: the first webhook of any. */
const WEBHOOK = '(webhook)'

type CheckpointReader = Pick<Store, 'readCheckpoint'>

/**
 * The checkpoint to save with the first webhook of a topic. Undefined for any later one, and for a topic that no resource
 * has: it delivers nothing. One checkpoint for each topic, so that no two receivers overwrite each other's.
 *
 * The time is that of the receipt: a notification's own may be anything, and a later receipt leaves more to history.
 */
export async function firstLiveCheckpoint(
  { topic, workspace }: Pick<Notification, 'topic' | 'workspace'>,
  pinned: string | undefined,
  receivedAt: number,
  { store, spec }: { readonly store: CheckpointReader; readonly spec: Pick<Spec, 'resources'> },
): Promise<Checkpoint | undefined> {
  if (findResourceByTopic(topic, spec) === undefined) return undefined
  // Another account's first notification must not end the history of ours.
  const name = liveSinceCheckpoint(topic, pinned === undefined ? workspace : undefined)
  if ((await store.readCheckpoint(name)) !== undefined) return undefined
  return { name, value: receivedAt }
}

/**
 * When live delivery of a metric began: milliseconds since 1970, by our clock. Undefined before the first webhook of any
 * of its topics, and the first reconciling pass. What was received before the store was pinned counts for the workspace it came from.
 * Of a metric that was added later, or off meanwhile, it began then: nothing before was delivered live.
 */
export async function readLiveSince(
  { topics, metric }: Pick<Mapping, 'topics'> & Partial<Pick<Mapping, 'metric'>>,
  store: CheckpointReader,
): Promise<number | undefined> {
  const times = await readBeginnings([POLL, ...topics], store)
  if (times.length === 0) return undefined
  const added = metric === undefined ? undefined : await store.readCheckpoint(metricSinceCheckpoint(metric))
  return Math.max(Math.min(...times), typeof added === 'number' ? added : 0)
}

/** Of each that has begun live delivery: topics, and the poll. */
async function readBeginnings(starters: readonly string[], store: CheckpointReader): Promise<readonly number[]> {
  const accounts = [WORKSPACE_CHECKPOINT, WORKSPACE_IN_WEBHOOKS_CHECKPOINT].map((name) => store.readCheckpoint(name))
  const workspaces = ['', ...(await Promise.all(accounts)).flatMap((value) => asId(value) ?? [])]
  const names = starters.flatMap((starter) => workspaces.map((name) => liveSinceCheckpoint(starter, name)))
  const saved = await Promise.all(names.map((name) => store.readCheckpoint(name)))
  return saved.filter((at) => typeof at === 'number')
}

const topicsOf = ({ resources }: Pick<Spec, 'resources'>): ReadonlySet<string> =>
  new Set([...resources.values()].flatMap(({ topics }) => [...topics]))

/** When live delivery of anything began. */
export function readFirstLiveAt(spec: Pick<Spec, 'resources'>, store: CheckpointReader): Promise<number | undefined> {
  return readLiveSince({ topics: topicsOf(spec) }, store)
}

/** Undefined while only the poll delivers: the webhooks may be set up wrong. */
async function readFirstWebhookAt(spec: Pick<Spec, 'resources'>, store: CheckpointReader): Promise<number | undefined> {
  const times = await readBeginnings([...topicsOf(spec)], store)
  return times.length === 0 ? undefined : Math.min(...times)
}

/** Reads it of each metric until it is known: it never changes then. */
export class LiveSinceReader {
  readonly #store: CheckpointReader
  readonly #known = new Map<string, number>()

  constructor(store: CheckpointReader) {
    this.#store = store
  }

  read(mapping: Pick<Mapping, 'metric' | 'topics'>): MaybePromise<number | undefined> {
    return this.#known.get(mapping.metric) ?? this.#load(mapping.metric, readLiveSince(mapping, this.#store))
  }

  /** Of anything. */
  readFirst(spec: Pick<Spec, 'resources'>): MaybePromise<number | undefined> {
    return this.#known.get('') ?? this.#load('', readFirstLiveAt(spec, this.#store))
  }

  readFirstWebhook(spec: Pick<Spec, 'resources'>): MaybePromise<number | undefined> {
    return this.#known.get(WEBHOOK) ?? this.#load(WEBHOOK, readFirstWebhookAt(spec, this.#store))
  }

  async #load(name: string, reading: Promise<number | undefined>): Promise<number | undefined> {
    const since = await reading
    if (since !== undefined) this.#known.set(name, since)
    return since
  }
}
