/** Runs variants of a case: without what may be absent no expression fails, and a repetition brings nothing new. */
import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { groupBy } from '../../lib/group-by.ts'
import type { Json } from '../../ports/types.ts'
import type { Declarations } from '../../spec/load.ts'
import type { Spec } from '../../spec/spec.ts'
import { formatPlace } from '../report/run-report.ts'
import type { CaseEngine, CaseInput, CaseOccurrence, CaseResult, FailedOccurrence, ResolvedCase } from '../types.ts'
import { findOptional } from './case-records.ts'
import { type OptionalPlace, type Steps, takeAway } from './optional-places.ts'
import { ReadFields } from './read-fields.ts'

export interface VariantParts extends Declarations {
  readonly spec: Spec
}

export interface VariantProblem {
  /** As `ResolvedCase.name`, with the ingress. */
  readonly case: string
  /** `contact.name is null`, `twice`. */
  readonly variant: string
  readonly problem: string
  /** `file:line:column` of the expression that fails. */
  readonly place?: string
}

interface Variant {
  readonly name: string
  /** Made only where it is run. */
  readonly input: () => CaseInput
  /** Equal for variants of which one is enough. */
  readonly content: string
}

/** Of all cases of a run: a variant that several of them share is run once. */
export class VariantChecker {
  readonly #parts: VariantParts
  readonly #reads: ReadFields
  readonly #seen = new Set<string>()
  readonly #places = new WeakMap<CaseInput['lookups'], readonly OptionalPlace[]>()
  /** Cases by place. */
  readonly #varied = new Set<string>()
  #ran = 0

  constructor(parts: VariantParts) {
    this.#parts = parts
    this.#reads = new ReadFields(parts.spec, parts.reads)
  }

  /** Number of variants that were run. */
  get ran(): number {
    return this.#ran
  }

  /** `result`: of the plain case. A course, which has several steps, is not varied. */
  async check(resolved: ResolvedCase, result: CaseResult, engine: CaseEngine): Promise<readonly VariantProblem[]> {
    if (resolved.input.steps.length !== 1) return []
    const problems = await this.#checkTwice(resolved, result, engine)
    if (this.#isRepetition(resolved)) return problems
    const results: (CaseResult | undefined)[] = []
    const variants = await this.#listVariants(resolved.input)
    for (const variant of variants) {
      const varied = await this.#run(variant, engine)
      results.push(varied)
      if (varied !== undefined) problems.push(...describeFaults(varied, { variant, resolved, result }))
    }
    const [withNull, without] = results
    if (withNull && without && !isDeepStrictEqual(withNull.occurrences, without.occurrences)) {
      const problem = 'null gives other occurrences than an absent field'
      problems.push({ case: labelCase(resolved), variant: variants[0]?.name ?? '', problem })
    }
    return problems
  }

  /** Whatever the ingress, the same expressions read the same resource. */
  #isRepetition({ place }: ResolvedCase): boolean {
    return this.#varied.size === this.#varied.add(formatPlace(place)).size
  }

  /** Undefined: the same variant of another case was run. */
  async #run({ input, content }: Variant, engine: CaseEngine): Promise<CaseResult | undefined> {
    if (this.#seen.size === this.#seen.add(content).size) return undefined
    this.#ran += 1
    return engine.run(input())
  }

  async #listVariants(input: CaseInput): Promise<readonly Variant[]> {
    const all = await findOptional(input, { ...this.#parts, known: this.#places })
    const [record] = input.steps[0]?.records ?? []
    const mappings = this.#reads.mappingsOf(record ?? {})
    const places = all.filter(({ field }) => this.#reads.mayRead(field, mappings))
    const fields = selectPlaces(places)
    const [first] = fields
    if (first === undefined) return []
    const name = fields.length === 1 ? first.name : 'every optional field'
    // To an expression null and absent are the same, which the first two show: absence will do for each field by itself.
    return [
      vary(input, places, 'null', name),
      vary(input, places, 'absent', name),
      ...(fields.length === 1 ? [] : fields).map((one) => vary(input, one.places, 'absent', one.name)),
    ]
  }

  async #checkTwice(resolved: ResolvedCase, result: CaseResult, engine: CaseEngine) {
    const { input } = resolved
    const problems: VariantProblem[] = []
    const later = input.steps.map((step) => ({ ...step, at: new Date(Date.parse(step.at) + HOUR).toISOString() }))
    this.#ran += 1
    const twice = await engine.run({ ...input, id: `${input.id}, twice`, steps: [...input.steps, ...later] })
    const expected = countKeys(result.occurrences)
    for (const [key, count] of countKeys(twice.occurrences)) {
      if (count === (expected.get(key) ?? 0)) continue
      const problem = expected.has(key) ? `the key ${key} is sent again` : `the new key ${key} is sent`
      problems.push({ case: labelCase(resolved), variant: 'twice, an hour apart', problem })
    }
    return problems
  }
}

/** The `case` of its problems. */
export const labelCase = ({ name, ingress }: ResolvedCase): string => `${name} (${ingress})`

const HOUR = 3_600_000

function countKeys(occurrences: readonly CaseOccurrence[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const one of occurrences) if ('key' in one) counts.set(one.key, (counts.get(one.key) ?? 0) + 1)
  return counts
}

function vary(input: CaseInput, places: readonly OptionalPlace[], as: 'null' | 'absent', subject: string): Variant {
  const name = `${subject} is ${as}`
  const take = (from: CaseInput, paths: readonly Steps[]) =>
    takeAway(from as unknown as Json, paths, as) as unknown as CaseInput
  const paths = places.map(({ steps }) => steps)
  const ofLookups = paths.filter(([kind]) => kind === 'lookups')
  const ofItem = paths.filter(([kind]) => kind !== 'lookups')
  const changed = take(input, ofItem)
  const { workspace, lookups, steps } = changed
  return {
    name,
    input: () => ({ ...take(changed, ofLookups), id: `${input.id}, ${name}` }),
    content:
      contentOfRow(input, places, as) ??
      hash([workspace, as, digestOf(lookups), ofLookups as Json, steps as unknown as Json]),
  }
}

/**
 * What a lookup finds is varied by itself once for each topic, and together with all else in each case. Undefined: not all
 * places lie in one resource of a lookup.
 */
function contentOfRow({ lookups, steps }: CaseInput, places: readonly OptionalPlace[], as: string): string | undefined {
  const [[kind, lookup, id] = []] = places.map((place) => place.steps)
  const isOfOne = places.every((place) => place.steps[1] === lookup && place.steps[2] === id)
  const row = lookups[`${lookup}`]?.[`${id}`]
  if (kind !== 'lookups' || !isOfOne || typeof row !== 'object' || row === null) return undefined
  const origins = steps.flatMap(({ records }) => records.map(({ topic, stream }) => topic ?? stream ?? ''))
  return JSON.stringify([origins, digestOf(row), as, places.map((place) => place.steps.slice(3))])
}

const digests = new WeakMap<object, string>()

/** Cases of a file share what their lookups find. */
function digestOf(value: CaseInput['lookups'] | Extract<Json, object>): string {
  const known = digests.get(value) ?? hash(value)
  digests.set(value, known)
  return known
}

const hash = (value: Json): string => createHash('sha256').update(JSON.stringify(value)).digest('base64')

interface VariedField {
  readonly name: string
  readonly places: readonly OptionalPlace[]
}

/** More elements of a list than this are varied at the first, the last, and all at once. */
const MAX_ELEMENTS = 3

function selectPlaces(places: readonly OptionalPlace[]): readonly VariedField[] {
  return [...groupBy(places, (place) => place.field)].flatMap(([field, all]) => {
    if (all.length === 1) return [{ name: field, places: all }]
    const chosen = all.filter((_, index) => all.length <= MAX_ELEMENTS || index === 0 || index === all.length - 1)
    const single = chosen.map((one) => ({ name: `${field} (${all.indexOf(one) + 1} of ${all.length})`, places: [one] }))
    return all.length <= MAX_ELEMENTS ? single : [...single, { name: `${field} (all ${all.length})`, places: all }]
  })
}

const isFailed = (one: CaseOccurrence): one is FailedOccurrence => 'fault' in one

/** A fault that the plain case has, too, is its own. */
function describeFaults(
  varied: CaseResult,
  {
    variant,
    resolved,
    result,
  }: { readonly variant: Variant; readonly resolved: ResolvedCase; readonly result: CaseResult },
): readonly VariantProblem[] {
  const own = new Set(result.occurrences.filter(isFailed).map(({ fault }) => fault.code))
  return varied.occurrences.filter(isFailed).flatMap(({ metric, fault: { code, message, place } }) => {
    if (own.has(code)) return []
    const problem = `${metric === '' ? 'the record' : metric} fails with ${code}: ${message}`
    return [{ case: labelCase(resolved), variant: variant.name, problem, ...(place !== undefined && { place }) }]
  })
}
