/** The source during a course: its items by name, and the resources that lookups find, as the steps so far left them. */
import { suggest } from '../../expression/did-you-mean.ts'
import type { Json } from '../../ports/types.ts'
import type { CaseStep as WrittenStep } from '../../spec/generated/documents.ts'
import type { Spec } from '../../spec/spec.ts'
import type { Path } from '../../spec/yaml.ts'
import type { CaseFile } from '../cases/case-file.ts'
import type { LookupTables } from '../cases/read-lookups.ts'
import type { ResourceReader } from '../cases/resource-reader.ts'

/** An item of the source that streams list. */
export interface CourseItem {
  readonly name: string
  readonly stream?: string
  readonly id?: string
  readonly body: Json
}

interface Found {
  readonly body: Json
  /** The id by which the source has it now: that of another resource if it was merged. */
  readonly id: string
  readonly isGone: boolean
}

export interface CourseWorldParts {
  readonly file: CaseFile
  readonly resources: ResourceReader
  readonly spec: Pick<Spec, 'lookups' | 'streams'>
}

export class CourseWorld {
  readonly #file: CaseFile
  readonly #resources: ResourceReader
  readonly #spec: CourseWorldParts['spec']
  readonly #items: Map<string, CourseItem>
  readonly #found = new Map<string, Map<string, Found>>()

  constructor({ file, resources, spec }: CourseWorldParts, items: readonly CourseItem[], lookups: LookupTables) {
    this.#file = file
    this.#resources = resources
    this.#spec = spec
    this.#items = new Map(items.map((item) => [item.name, item]))
    for (const [name, rows] of Object.entries(lookups))
      this.#found.set(name, new Map(Object.entries(rows).map(([id, body]) => [id, { body, id, isGone: false }])))
    for (const item of items) this.#findItem(item)
  }

  items(): readonly CourseItem[] {
    return [...this.#items.values()]
  }

  /** What each lookup finds now; null for what the source no longer has. */
  lookups(): LookupTables {
    return Object.fromEntries(
      [...this.#found].map(([name, rows]) => [
        name,
        Object.fromEntries([...rows.keys()].map((id) => [id, this.#resourceOf(rows, id)])),
      ]),
    )
  }

  /** Changes the item that a step names. Undefined after a diagnostic. */
  changeItem(name: string, step: WrittenStep, path: Path): CourseItem | undefined {
    const item = this.#items.get(name)
    if (item === undefined) {
      const help = suggest(name, this.#items.keys())
      this.#file.error([...path, 'item'], {
        code: 'cases/unknown-item',
        message: `the course has no item "${name}"`,
        help,
      })
      return undefined
    }
    const of = this.#spec.streams.get(item.stream ?? '')?.resource
    const changed = { ...item, body: this.#resources.change(item.body, changeOf(step), { file: this.#file, path, of }) }
    this.#items.set(name, changed)
    this.#findItem(changed)
    return changed
  }

  /** Changes the resource that a step names, which may be a new one. */
  changeResource(lookup: string, id: string, step: WrittenStep, path: Path): Json {
    const rows = this.#found.get(lookup) ?? new Map<string, Found>()
    this.#found.set(lookup, rows)
    const before = rows.get(id) ?? { body: { id }, id, isGone: false }
    const body = this.#resources.change(before.body, changeOf(step), { file: this.#file, path, of: lookup })
    rows.set(id, { body, id: step.mergedInto ?? before.id, isGone: step.gone ?? before.isGone })
    return body
  }

  /** An item of the stream that lists all resources of a lookup is what the lookup finds. */
  #findItem({ stream, id, body }: CourseItem): void {
    if (stream === undefined || id === undefined) return
    for (const { name, preloadFrom } of this.#spec.lookups.values()) {
      if (preloadFrom !== stream) continue
      const rows = this.#found.get(name) ?? new Map<string, Found>()
      this.#found.set(name, rows.set(id, { id, isGone: false, ...rows.get(id), body }))
    }
  }

  /** Follows merges as far as they go. */
  #resourceOf(rows: ReadonlyMap<string, Found>, id: string): Json {
    const passed = new Set<string>()
    for (let at = id; ; ) {
      const found = rows.get(at)
      if (found === undefined || found.isGone || passed.has(at)) return null
      if (found.id === at) return found.body
      passed.add(at)
      at = found.id
    }
  }
}

const changeOf = ({ set, remove }: WrittenStep) => ({ ...(set && { set }), ...(remove && { remove }) })
