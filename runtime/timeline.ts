/** The timeline of a connector: changes of its state and what people did, kept in the store. */
import { TIMELINE_CHECKPOINT, timelinePageCheckpoint } from './lib/checkpoint-names.ts'
import { plural } from './lib/format.ts'
import type { Store } from './ports/store.ts'

export interface TimelineEntry {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly kind: TimelineKind
  /** What happened, one sentence without its full stop. Quotes no person's data and no secret. */
  readonly text: string
  /** Who did it: a visitor's name, `console` or `command line`. Absent: the connector. */
  readonly by?: string
}

export type TimelineKind =
  | 'state'
  | 'setup'
  | 'import'
  | 'retry'
  | 'reveal'
  | 'spec'
  | 'settings'
  | 'sign-in'
  | 'people'

type TimelineStore = Pick<Store, 'readCheckpoint' | 'compareAndSwapCheckpoint'>

/** Entries of one checkpoint: each addition rewrites one. */
const PAGE_SIZE = 100
/** Two processes on one store see the same change: the second entry is dropped. Milliseconds. */
const SAME = 60_000

/** Adds an entry, unless the newest says the same. Any number of processes may add at once. */
export async function addToTimeline(store: TimelineStore, entry: TimelineEntry): Promise<void> {
  for (;;) {
    const page = await newestPage(store)
    const name = timelinePageCheckpoint(page)
    const text = await readText(store, name)
    const entries = parse(text)
    const last = entries.at(-1)
    if (last?.text === entry.text && last.by === entry.by && entry.at - last.at < SAME) return
    if (entries.length >= PAGE_SIZE)
      // Another process may have turned the page already.
      await store.compareAndSwapCheckpoint(
        TIMELINE_CHECKPOINT,
        await readText(store, TIMELINE_CHECKPOINT),
        `${page + 1}`,
      )
    else if (await store.compareAndSwapCheckpoint(name, text, JSON.stringify([...entries, entry]))) return
  }
}

/** Of the progress of an import. */
interface ImportEnd {
  /** Milliseconds since 1970. Absent: it has not ended. */
  readonly endedAt?: number
  readonly phase: string
  readonly eventsSent: number
  readonly dead: number
}

/** How an import ended; that it began is there as what a person did. Nothing of one that was interrupted: it goes on. */
export async function noteImportEnd(store: TimelineStore, last: ImportEnd | undefined): Promise<void> {
  if (last?.endedAt === undefined) return
  const sent = `${plural(last.eventsSent, 'event')} sent${last.dead > 0 ? `, ${last.dead} failed` : ''}`
  const text = last.phase === 'done' ? `The import is complete: ${sent}` : `The import ended incomplete: ${sent}`
  await addToTimeline(store, { at: last.endedAt, kind: 'import', text })
}

export interface TimelinePage {
  /** The newest first. */
  readonly entries: readonly TimelineEntry[]
  /** The number of the page before. Absent: this is the first. */
  readonly earlier?: number
}

/** One page, by default the newest. */
export async function readTimeline(store: TimelineStore, page?: number): Promise<TimelinePage> {
  const newest = await newestPage(store)
  const shown = Math.min(page ?? newest, newest)
  const entries = parse(await readText(store, timelinePageCheckpoint(shown)))
  return { entries: [...entries].reverse(), ...(shown > 0 && { earlier: shown - 1 }) }
}

const newestPage = async (store: TimelineStore): Promise<number> =>
  Number((await readText(store, TIMELINE_CHECKPOINT)) ?? 0)

async function readText(store: TimelineStore, name: string): Promise<string | undefined> {
  const text = await store.readCheckpoint(name)
  return typeof text === 'string' ? text : undefined
}

const parse = (text: string | undefined): readonly TimelineEntry[] => (text === undefined ? [] : JSON.parse(text))
