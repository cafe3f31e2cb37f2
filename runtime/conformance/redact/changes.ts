/** Counts by place what a redaction replaced, kept and left out. Holds no values. */
import type { RedactionManifest, ReplacedValues, ValueKind } from './types.ts'

/** A place within a recording: a kind of exchange, and member names, `*` for those of lists and of maps. */
export class Place {
  /** E.g. `source response: contacts.*.email`. */
  readonly path: string
  readonly #isRoot: boolean
  readonly #inner = new Map<string, Place>()
  readonly #counts = new Map<ValueKind, number>()

  constructor(path: string, isRoot = true) {
    this.path = path
    this.#isRoot = isRoot
  }

  at(step: string): Place {
    const known = this.#inner.get(step)
    if (known !== undefined) return known
    const inner = new Place(`${this.path}${this.#isRoot ? ': ' : '.'}${step}`, false)
    this.#inner.set(step, inner)
    return inner
  }

  count(kind: ValueKind): void {
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1)
  }

  *list(): Generator<ReplacedValues> {
    for (const [kind, count] of this.#counts) yield { path: this.path, kind, count }
    for (const inner of this.#inner.values()) yield* inner.list()
  }
}

export class Changes {
  readonly #places = new Map<string, Place>()
  readonly #kept = new Map<string, number>()
  readonly #dropped = new Map<string, number>()

  /** `name` says which part of an exchange, e.g. `source response`. */
  placeOf(name: string): Place {
    const place = this.#places.get(name) ?? new Place(name)
    this.#places.set(name, place)
    return place
  }

  kept(name: string): void {
    this.#kept.set(name, (this.#kept.get(name) ?? 0) + 1)
  }

  dropped(name: string): void {
    this.#dropped.set(name, (this.#dropped.get(name) ?? 0) + 1)
  }

  manifest(): RedactionManifest {
    const replaced = [...this.#places.values()].flatMap((place) => [...place.list()])
    return {
      replaced: replaced.sort((a, b) => (a.path < b.path ? -1 : 1)),
      kept: listCounts(this.#kept),
      dropped: listCounts(this.#dropped),
    }
  }
}

const listCounts = (counts: ReadonlyMap<string, number>) =>
  [...counts].map(([name, count]) => ({ name, count })).sort((a, b) => (a.name < b.name ? -1 : 1))
