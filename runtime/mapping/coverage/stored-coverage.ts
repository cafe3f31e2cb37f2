/** How often each property of a metric had a value in its newest delivered events: one small value of the store for each metric. */
import { hash } from 'node:crypto'
import { coverageCheckpoint } from '../../lib/checkpoint-names.ts'
import type { Store } from '../../ports/store.ts'
import type { OutgoingMessage } from '../../ports/types.ts'
import type { Spec } from '../../spec/spec.ts'
import { listLiterals, maskValue } from './mask.ts'
import {
  type KindCounts,
  MAX_SAMPLES,
  PropertyCounter,
  type PropertyCoverage,
  propertiesOf,
  propertiesOfProfile,
  rankKinds,
} from './property-counter.ts'

export interface Coverage {
  /** The newest delivered events: as many as were counted, at least `MIN_EVENTS` of more. */
  readonly events: number
  readonly properties: readonly PropertyCoverage[]
}

/** One that every seventh event has is missing from as many only once in twenty cases. */
const ENOUGH_EVENTS = 20

/** No event has it, though enough were mapped with it. */
export const isNeverPresent = ({ events, present }: PropertyCoverage): boolean =>
  present === 0 && events >= ENOUGH_EVENTS

/** No event has it so far, of too few to say more. */
export const isUnseen = ({ events, present }: PropertyCoverage): boolean =>
  present === 0 && events > 0 && events < ENOUGH_EVENTS

/** Events of a full block. */
const BLOCK_EVENTS = 250
/** The oldest block is dropped once the others have as many. */
const MIN_EVENTS = 1000
/** Enough for `MIN_EVENTS`. More are kept only where the spec changes after few events each. */
const MAX_BLOCKS = 2 + MIN_EVENTS / BLOCK_EVENTS
const MAX_STORED_BLOCKS = 4 * MAX_BLOCKS

/** As it is stored, JSON. */
interface StoredCoverage {
  /** By id: the properties of a metric at some time. Those that no block has are dropped. */
  readonly shapes: { readonly [id: string]: Shape }
  /** The oldest first. */
  readonly blocks: readonly StoredBlock[]
}

interface Shape {
  /** By the name of a property of the spec: a hash of what makes its value. */
  readonly definitions: { readonly [name: string]: string }
  /** By the name of a property of an event, the newest first. */
  readonly samples: { readonly [name: string]: readonly string[] }
}

/** Events that were mapped by the same properties. */
interface StoredBlock {
  readonly shape: string
  readonly events: number
  /** Of the properties that had a value. */
  readonly kinds: { readonly [name: string]: KindCounts }
}

type CoverageStore = Pick<Store, 'readCheckpoint' | 'compareAndSwapCheckpoint'>

/** A counter of events of a metric, or of `Profile`, whose samples quote no person's data. */
export function createCounter(metric: string, spec: Spec): PropertyCounter {
  return new PropertyCounter(propertiesOf(metric, spec), (value) => maskValue(value, literalsOf(spec)))
}

/** Events that one process has delivered and not added to the store yet. */
export class CoverageCounts {
  readonly #spec: Spec
  /** By metric. */
  #counters = new Map<string, PropertyCounter[]>()

  constructor(spec: Spec) {
    this.#spec = spec
  }

  /** Of a delivered message of a metric, or of `Profile`. */
  add(metric: string, message: OutgoingMessage): void {
    this.#counterOf(metric).add(message.kind === 'event' ? message.properties : propertiesOfProfile(message.profile))
  }

  #counterOf(metric: string): PropertyCounter {
    let counters = this.#counters.get(metric)
    if (counters === undefined) {
      counters = []
      this.#counters.set(metric, counters)
    }
    const last = counters.at(-1)
    if (last !== undefined && last.events < BLOCK_EVENTS) return last
    const next = createCounter(metric, this.#spec)
    counters.push(next)
    if (counters.length > MAX_BLOCKS) counters.shift()
    return next
  }

  /** Adds them as the newest. Any number of processes may add at once, each by the spec that it runs. */
  async addTo(store: CoverageStore): Promise<void> {
    const counters = this.#counters
    this.#counters = new Map()
    await Promise.all([...counters].map(([metric, own]) => addCounters(metric, own, { spec: this.#spec, store })))
  }
}

async function addCounters(
  metric: string,
  counters: readonly PropertyCounter[],
  { spec, store }: { readonly spec: Spec; readonly store: CoverageStore },
): Promise<void> {
  const name = coverageCheckpoint(metric)
  for (;;) {
    const before = await readText(name, store)
    const after = JSON.stringify(append(parse(before), counters, definitionsOf(metric, spec)))
    if (await store.compareAndSwapCheckpoint(name, before, after)) return
  }
}

/** By the properties of the spec: one that was mapped otherwise before counts only from the events since. */
export async function readCoverage(
  metric: string,
  { spec, store }: { readonly spec: Spec; readonly store: Pick<Store, 'readCheckpoint'> },
): Promise<Coverage> {
  const stored = parse(await readText(coverageCheckpoint(metric), store))
  const properties = propertiesOf(metric, spec)
  const { definitions } = definitionsOf(metric, spec)
  const places = new Map(properties.flatMap(({ name, expr, isSpread }) => (isSpread ? [] : [[name, expr.place]])))
  const spreads = properties.flatMap(({ name, isSpread }) => (isSpread ? name : []))
  const names = new Set([...places.keys(), ...stored.blocks.flatMap(({ kinds }) => Object.keys(kinds))])
  const rows = [...names].flatMap((name) => {
    const place = places.get(name)
    const source = place === undefined ? spreads.find((spread) => isMember(name, spread)) : name
    // Otherwise the spec no longer has it.
    const row = source !== undefined && sumUp(name, { source, definition: definitions[source] }, stored)
    return row && (place !== undefined || row.present > 0) ? [{ ...row, ...(place !== undefined && { place }) }] : []
  })
  return { events: sumOf(stored.blocks.map(({ events }) => events)), properties: rows }
}

const sumOf = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0)

/** `source`: the property of the spec that gives it. */
function sumUp(
  name: string,
  { source, definition }: { readonly source: string; readonly definition: string | undefined },
  { shapes, blocks }: StoredCoverage,
): PropertyCoverage {
  const own = blocks.filter(({ shape }) => shapes[shape]?.definitions[source] === definition)
  const kinds = own.map(({ kinds }) => kinds[name] ?? {}).reduce(addKinds, {})
  const newestFirst = new Set(own.map(({ shape }) => shape).reverse())
  const samples = new Set([...newestFirst].flatMap((shape) => shapes[shape]?.samples[name] ?? []))
  return {
    name,
    events: sumOf(own.map(({ events }) => events)),
    present: sumOf(Object.values(kinds)),
    kinds: rankKinds(kinds),
    samples: [...samples].slice(0, MAX_SAMPLES),
  }
}

function append(
  { shapes, blocks }: StoredCoverage,
  counters: readonly PropertyCounter[],
  { id, definitions }: Definitions,
): StoredCoverage {
  const all = [...blocks]
  const samples: Record<string, readonly string[]> = { ...shapes[id]?.samples }
  for (const counter of counters) {
    const last = all.at(-1)
    if (last?.shape === id && last.events < BLOCK_EVENTS) all[all.length - 1] = extend(last, counter)
    else all.push(extend({ shape: id, events: 0, kinds: {} }, counter))
    for (const [name, { samples: newest }] of counter.counts)
      samples[name] = [...new Set([...newest, ...(samples[name] ?? [])])].slice(0, MAX_SAMPLES)
  }
  const kept = dropOldest(all)
  const used = new Set(kept.map(({ shape }) => shape))
  const known = Object.entries({ ...shapes, [id]: { definitions, samples } }).filter(([shape]) => used.has(shape))
  return { shapes: Object.fromEntries(known), blocks: kept }
}

function extend({ shape, events, kinds }: StoredBlock, counter: PropertyCounter): StoredBlock {
  const sums = { ...kinds }
  for (const [name, counts] of counter.counts) sums[name] = addKinds(sums[name] ?? {}, counts.kinds)
  return { shape, events: events + counter.events, kinds: sums }
}

function addKinds(sums: KindCounts, kinds: KindCounts): KindCounts {
  const names = Object.keys({ ...sums, ...kinds }) as (keyof KindCounts)[]
  return Object.fromEntries(names.map((kind) => [kind, (sums[kind] ?? 0) + (kinds[kind] ?? 0)]))
}

function dropOldest(blocks: readonly StoredBlock[]): readonly StoredBlock[] {
  let first = blocks.length
  for (let events = 0; first > 0 && events < MIN_EVENTS && blocks.length - first < MAX_STORED_BLOCKS; ) {
    first -= 1
    events += blocks[first]?.events ?? 0
  }
  return blocks.slice(first)
}

/** Whether a property of an event is a member of a spread one, whose name has a `*` in place of the member's. */
function isMember(name: string, spread: string): boolean {
  const [start = '', end = ''] = spread.split('*')
  return name.length >= start.length + end.length && name.startsWith(start) && name.endsWith(end)
}

interface Definitions extends Pick<Shape, 'definitions'> {
  readonly id: string
}

/** Tenants share a spec, and each of its metrics is hashed once. */
const known = new WeakMap<Spec, { literals?: ReadonlySet<string>; readonly definitions: Map<string, Definitions> }>()

function cacheOf(spec: Spec) {
  const found = known.get(spec) ?? { definitions: new Map<string, Definitions>() }
  known.set(spec, found)
  return found
}

function definitionsOf(metric: string, spec: Spec): Definitions {
  const { definitions: cache } = cacheOf(spec)
  const found = cache.get(metric) ?? hashProperties(metric, spec)
  cache.set(metric, found)
  return found
}

function hashProperties(metric: string, spec: Spec): Definitions {
  const definitions = Object.fromEntries(
    propertiesOf(metric, spec).map(({ name, expr, type, whenMissing }) => [
      name,
      hashJson([expr.text, type, whenMissing]),
    ]),
  )
  return { id: hashJson(definitions), definitions }
}

const hashJson = (value: unknown): string => hash('sha256', JSON.stringify(value), 'hex').slice(0, 8)

function literalsOf(spec: Spec): ReadonlySet<string> {
  const cache = cacheOf(spec)
  cache.literals ??= new Set(spec.sourceFiles.flatMap(({ text }) => listLiterals(text)))
  return cache.literals
}

async function readText(name: string, store: Pick<Store, 'readCheckpoint'>): Promise<string | undefined> {
  const text = await store.readCheckpoint(name)
  return typeof text === 'string' ? text : undefined
}

const parse = (text: string | undefined): StoredCoverage =>
  text === undefined ? { shapes: {}, blocks: [] } : (JSON.parse(text) as StoredCoverage)
