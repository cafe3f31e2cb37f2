/** Which declared fields the expressions of a mapping may read. */
import type { Expression } from '../../expression/expression.ts'
import type { FieldReads } from '../../spec/compile/context.ts'
import type { Mapping, Spec } from '../../spec/spec.ts'

/** By the path of a declared field: `conversation.source.author.name`. */
export class ReadFields {
  readonly #spec: Spec
  readonly #reads: FieldReads
  /** Of all mappings: profile, identities, lookups, forms of webhooks. */
  readonly #common: ReadPaths
  readonly #ofMappings = new Map<Mapping, ReadPaths>()

  constructor(spec: Spec, reads: FieldReads) {
    this.#spec = spec
    this.#reads = reads
    const { profile, people, resources, lookups } = spec
    this.#common = this.#readsOf([profile, people, [...resources.values()], [...lookups.values()]])
  }

  /** Whether an expression of the mappings, or one that all of them share, may read a field or what it lies in. */
  mayRead(path: string, mappings: readonly Mapping[]): boolean {
    return this.#common.has(path) || mappings.some((mapping) => this.#ofMapping(mapping).has(path))
  }

  /** Of a topic or a stream. */
  mappingsOf({ topic, stream }: { readonly topic?: string; readonly stream?: string }): readonly Mapping[] {
    return this.#spec.mappings.filter((one) =>
      topic === undefined ? one.stream?.name === stream : one.topics.has(topic),
    )
  }

  #ofMapping(mapping: Mapping): ReadPaths {
    const known = this.#ofMappings.get(mapping) ?? this.#readsOf(mapping)
    this.#ofMappings.set(mapping, known)
    return known
  }

  #readsOf(holder: unknown): ReadPaths {
    return new ReadPaths([...expressionsIn(holder)].flatMap(({ place }) => this.#reads.get(place) ?? []))
  }
}

/** What several expressions read. All cases of a run ask for the same fields. */
class ReadPaths {
  readonly #ofExpressions: readonly ReadonlySet<string>[]
  readonly #known = new Map<string, boolean>()

  constructor(ofExpressions: readonly ReadonlySet<string>[]) {
    this.#ofExpressions = ofExpressions
  }

  has(path: string): boolean {
    const known = this.#known.get(path) ?? this.#ofExpressions.some((reads) => isRead(path, reads))
    this.#known.set(path, known)
    return known
  }
}

/** An expression reads a field itself, or all of an object that the field lies in. */
function isRead(path: string, reads: ReadonlySet<string>): boolean {
  if (reads.has(path)) return true
  for (const read of reads) if (path.startsWith(`${read}.`) && isWhole(read, reads)) return true
  return false
}

const isWhole = (path: string, reads: ReadonlySet<string>): boolean =>
  ![...reads].some((other) => other.startsWith(`${path}.`))

function* expressionsIn(value: unknown): Generator<Expression> {
  if (typeof value !== 'object' || value === null) return
  if (isExpression(value)) yield value
  else if (value instanceof Map || value instanceof Set) for (const one of value.values()) yield* expressionsIn(one)
  else for (const one of Object.values(value)) yield* expressionsIn(one)
}

const isExpression = (value: object): value is Expression => 'place' in value && 'text' in value && 'evaluate' in value
