/** The specs that ran on a store: kept with the texts of their files, so that an earlier one can be restored. */
import { SPEC_HISTORY_CHECKPOINT } from '../lib/checkpoint-names.ts'
import type { Store } from '../ports/store.ts'
import { hashSpec } from '../spec/hash-spec.ts'
import type { Spec } from '../spec/spec.ts'

export interface FormerSpecFiles {
  readonly hash: string
  /** When it first ran, milliseconds since 1970. */
  readonly at: number
  /** Who saved it in the console. Absent: its files were edited elsewhere. */
  readonly by?: string
  readonly files: readonly { readonly path: string; readonly text: string }[]
}

type HistoryStore = Pick<Store, 'readCheckpoint' | 'compareAndSwapCheckpoint'>

/** As it is stored: a text that several specs have stands once. */
interface StoredHistory {
  /** The newest first. */
  readonly specs: readonly (Omit<FormerSpecFiles, 'files'> & {
    readonly files: readonly [path: string, text: number][]
  })[]
  readonly texts: readonly string[]
}

const MAX_SPECS = 50
/** Characters of all texts together. The newest spec is kept whatever its size. */
const MAX_LENGTH = 2_000_000

/** The newest first. */
export async function readSpecHistory(store: Pick<Store, 'readCheckpoint'>): Promise<readonly FormerSpecFiles[]> {
  return unpack(await readText(store))
}

/** Adds a spec as the newest, unless it is. One that ran before moves to the top. One that was built without its files is left out. */
export async function addToSpecHistory(store: HistoryStore, { sourceFiles }: Spec, at: number): Promise<void> {
  if (sourceFiles.length === 0) return
  const spec = { hash: hashSpec(sourceFiles), at, files: sourceFiles.map(({ path, text }) => ({ path, text })) }
  await change(store, (specs) =>
    specs[0]?.hash === spec.hash ? specs : [spec, ...specs.filter(({ hash }) => hash !== spec.hash)],
  )
}

/** Notes who saved the spec. */
export async function noteSpecAuthor(store: HistoryStore, hash: string, by: string): Promise<void> {
  await change(store, (specs) => specs.map((spec) => (spec.hash === hash ? { ...spec, by } : spec)))
}

async function change(
  store: HistoryStore,
  edit: (specs: readonly FormerSpecFiles[]) => readonly FormerSpecFiles[],
): Promise<void> {
  for (;;) {
    const text = await readText(store)
    const next = pack(edit(unpack(text)))
    if (next === text || (await store.compareAndSwapCheckpoint(SPEC_HISTORY_CHECKPOINT, text, next))) return
  }
}

async function readText(store: Pick<Store, 'readCheckpoint'>): Promise<string | undefined> {
  const text = await store.readCheckpoint(SPEC_HISTORY_CHECKPOINT)
  return typeof text === 'string' ? text : undefined
}

function unpack(text: string | undefined): readonly FormerSpecFiles[] {
  if (text === undefined) return []
  const { specs, texts } = JSON.parse(text) as StoredHistory
  return specs.map(({ files, ...spec }) => ({
    ...spec,
    files: files.map(([path, index]) => ({ path, text: texts[index] ?? '' })),
  }))
}

function pack(specs: readonly FormerSpecFiles[]): string {
  const indexes = new Map<string, number>()
  let length = 0
  const kept: StoredHistory['specs'][number][] = []
  for (const { files, ...spec } of specs.slice(0, MAX_SPECS)) {
    const fresh = new Set(files.map(({ text }) => text).filter((text) => !indexes.has(text)))
    length += [...fresh].reduce((sum, text) => sum + text.length, 0)
    if (length > MAX_LENGTH && kept.length > 0) break
    for (const text of fresh) indexes.set(text, indexes.size)
    kept.push({ ...spec, files: files.map(({ path, text }) => [path, indexes.get(text) ?? 0]) })
  }
  return JSON.stringify({ specs: kept, texts: [...indexes.keys()] } satisfies StoredHistory)
}
