/** The specs that ran on a store: all are kept with the texts of their files, so that each can be restored. */
import { promisify } from 'node:util'
import { brotliCompress, brotliDecompress, constants } from 'node:zlib'
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
  /** Of the oldest: earlier ones ran, for which there was no room. */
  readonly hasEarlier?: true
}

type HistoryStore = Pick<Store, 'readCheckpoint' | 'compareAndSwapCheckpoint'>

/** As it is stored, compressed: a text that several specs have stands once. */
interface StoredHistory {
  /** The newest first. */
  readonly specs: readonly StoredSpec[]
  readonly texts: readonly string[]
}

interface StoredSpec extends Omit<FormerSpecFiles, 'files'> {
  readonly files: readonly [path: string, text: number][]
}

/** Characters of all texts and rows together: thousands of changes of a file. The newest spec is kept whatever its size. */
const MAX_LENGTH = 50_000_000
/** Before the compressed text. Without it the text is JSON, as earlier versions wrote it. */
const COMPRESSED = 'br:'
/** Wide enough for the former text of a changed file, which then costs next to nothing. */
const COMPRESSION = { [constants.BROTLI_PARAM_QUALITY]: 5, [constants.BROTLI_PARAM_LGWIN]: 24 }

/** The newest first. */
export async function readSpecHistory(store: Pick<Store, 'readCheckpoint'>): Promise<readonly FormerSpecFiles[]> {
  return unpack(await decompress(await readText(store)))
}

/**
 * Adds a spec as the newest, unless it is. One that ran before has a row for each time, so that each row stays beside the one
 * that it changed. One that was built without its files is left out.
 */
export async function addToSpecHistory(store: HistoryStore, { sourceFiles }: Spec, at: number): Promise<void> {
  if (sourceFiles.length === 0) return
  const spec = { hash: hashSpec(sourceFiles), at, files: sourceFiles.map(({ path, text }) => ({ path, text })) }
  await change(store, (specs) => (specs[0]?.hash === spec.hash ? specs : [spec, ...specs]))
}

/** Adds a spec that may have run before any was kept. A process may run one that is no longer the newest: its row is there. */
export async function addFirstSpec(store: HistoryStore, spec: Spec, at: number): Promise<void> {
  const own = hashSpec(spec.sourceFiles)
  const isKept = (await readSpecHistory(store)).some(({ hash }) => hash === own)
  if (!isKept) await addToSpecHistory(store, spec, at)
}

/** The row of a spec: of that time, else the newest of its hash. -1: none is kept. */
export function findInSpecHistory(specs: readonly FormerSpecFiles[], hash: string | null, at?: number): number {
  const exact = specs.findIndex((one) => one.hash === hash && one.at === at)
  return exact === -1 ? specs.findIndex((one) => one.hash === hash) : exact
}

/** Notes who saved the spec: the newest of its hash. */
export async function noteSpecAuthor(store: HistoryStore, hash: string, by: string): Promise<void> {
  await change(store, (specs) => {
    const index = findInSpecHistory(specs, hash)
    return specs.map((spec, at) => (at === index ? { ...spec, by } : spec))
  })
}

async function change(
  store: HistoryStore,
  edit: (specs: readonly FormerSpecFiles[]) => readonly FormerSpecFiles[],
): Promise<void> {
  for (;;) {
    const stored = await readText(store)
    const text = await decompress(stored)
    const before = unpack(text)
    const next = pack(edit(before), before.at(-1)?.hasEarlier)
    if (next === text) return
    if (await store.compareAndSwapCheckpoint(SPEC_HISTORY_CHECKPOINT, stored, await compress(next))) return
  }
}

async function readText(store: Pick<Store, 'readCheckpoint'>): Promise<string | undefined> {
  const text = await store.readCheckpoint(SPEC_HISTORY_CHECKPOINT)
  return typeof text === 'string' ? text : undefined
}

async function compress(text: string): Promise<string> {
  const bytes = await promisify(brotliCompress)(text, { params: COMPRESSION })
  return COMPRESSED + bytes.toString('base64')
}

async function decompress(stored: string | undefined): Promise<string | undefined> {
  if (!stored?.startsWith(COMPRESSED)) return stored
  const bytes = await promisify(brotliDecompress)(Buffer.from(stored.slice(COMPRESSED.length), 'base64'))
  return bytes.toString()
}

function unpack(text: string | undefined): readonly FormerSpecFiles[] {
  if (text === undefined) return []
  const { specs, texts } = JSON.parse(text) as StoredHistory
  return specs.map(({ files, ...spec }) => ({
    ...spec,
    files: files.map(([path, index]) => ({ path, text: texts[index] ?? '' })),
  }))
}

function pack(specs: readonly FormerSpecFiles[], hadEarlier = false): string {
  const indexes = new Map<string, number>()
  let length = 0
  let hasEarlier = hadEarlier
  const kept: StoredSpec[] = []
  for (const { files, hasEarlier: _, ...spec } of specs) {
    const fresh = new Set(files.map(({ text }) => text).filter((text) => !indexes.has(text)))
    length += files.reduce((sum, { path }) => sum + path.length, 0)
    length += [...fresh].reduce((sum, text) => sum + text.length, 0)
    hasEarlier ||= length > MAX_LENGTH && kept.length > 0
    if (length > MAX_LENGTH && kept.length > 0) break
    for (const text of fresh) indexes.set(text, indexes.size)
    kept.push({ ...spec, files: files.map(({ path, text }) => [path, indexes.get(text) ?? 0]) })
  }
  const oldest = kept.pop()
  if (oldest !== undefined) kept.push({ ...oldest, ...(hasEarlier && { hasEarlier }) })
  return JSON.stringify({ specs: kept, texts: [...indexes.keys()] } satisfies StoredHistory)
}
