/** Compares the result of a case with what it expects. */
import { suggest } from '../../expression/did-you-mean.ts'
import { describeSkipReason } from '../../skip-reasons.ts'
import type { Spec } from '../../spec/spec.ts'
import type { CaseOccurrence, CaseResult, ExpectedOccurrence, ResolvedCase } from '../types.ts'
import { alignLists, type Pair } from './align.ts'
import { compareMembers } from './compare-members.ts'
import { labelOccurrence, outcomeOf, withoutWorkspace } from './describe-outcome.ts'
import type { ValueDifference } from './diff-values.ts'
import type { Difference, ExpressionPlace, UnexpectedOccurrence } from './difference.ts'
import { explainAbsence } from './explain-absence.ts'
import { findExpression, findMapping, findProperty, findSkipRule } from './find-expression.ts'

export interface CompareOptions {
  /** Finds the places of expressions. */
  readonly spec: Spec
  /** Whether the engine has codes of its own, so that only the presence of a fault is compared. */
  readonly foreignCodes?: boolean
}

/** Empty: the case passes. In the order of the occurrences. */
export function compareCase(
  resolved: ResolvedCase,
  result: CaseResult,
  options: CompareOptions,
): readonly Difference[] {
  const comparison = new Comparison(resolved, result, options)
  return comparison.differences()
}

/** The occurrences that a case compares. */
export const selectOccurrences = ({ metric }: ResolvedCase, { occurrences }: CaseResult): readonly CaseOccurrence[] =>
  metric === undefined ? occurrences : occurrences.filter((one) => one.metric === metric)

class Comparison {
  readonly #case: ResolvedCase
  readonly #result: CaseResult
  readonly #options: CompareOptions

  constructor(resolved: ResolvedCase, result: CaseResult, options: CompareOptions) {
    this.#case = resolved
    this.#result = result
    this.#options = options
  }

  differences(): readonly Difference[] {
    const { expected } = this.#case
    const actual = selectOccurrences(this.#case, this.#result)
    const pairs = alignLists(expected, actual, (one, other) => this.#cost(one, other))
    return this.#otherOrder(pairs) ?? pairs.flatMap((pair) => this.#comparePair(pair))
  }

  /** 0 for equal occurrences, 2 for those of two metrics. */
  #cost(expected: ExpectedOccurrence, actual: CaseOccurrence): number {
    const metric = this.#metricOf(expected)
    if (metric !== undefined && metric !== actual.metric) return 2
    if (this.#outcome(expected) !== this.#outcome(actual)) return 1.5
    const members = this.#members(expected, actual)
    if (members.length === 0) return 0
    const hasKey = expected.key !== undefined && !members.some(({ member: [first] }) => first === 'key')
    return (hasKey ? 0.5 : 1) + Math.min(members.length, 40) / 100
  }

  #comparePair([expected, actual]: Pair<ExpectedOccurrence, CaseOccurrence>): readonly Difference[] {
    if (actual === undefined) return expected === undefined ? [] : [this.#missing(expected)]
    if (expected === undefined) return [this.#unexpected(actual)]
    const metric = this.#metricOf(expected)
    if (metric !== undefined && metric !== actual.metric) return [this.#missing(expected), this.#unexpected(actual)]
    const { place } = expected
    if (this.#outcome(expected) !== this.#outcome(actual)) {
      const outcomes = { expected: outcomeOf(expected), actual: outcomeOf(actual), actualOccurrence: actual }
      return [{ kind: 'outcome', metric: actual.metric, place, ...outcomes, ...this.#explainOutcome(actual) }]
    }
    return this.#members(expected, actual).map((difference) => ({
      kind: 'member',
      metric: actual.metric,
      place,
      ...difference,
      ...this.#explainMember(actual.metric, difference),
    }))
  }

  #missing(expected: ExpectedOccurrence): Difference {
    const metric = this.#metricOf(expected)
    const absence = explainAbsence(this.#options.spec, metric, this.#case.input, this.#result)
    return { kind: 'missing', ...(metric !== undefined && { metric }), place: expected.place, expected, ...absence }
  }

  #unexpected(actual: CaseOccurrence): UnexpectedOccurrence {
    const { place, input } = this.#case
    const shown = 'key' in actual ? { ...actual, key: withoutWorkspace(actual.key, input.workspace) } : actual
    return { kind: 'unexpected', metric: actual.metric, place, actual: shown, ...this.#explainOutcome(actual) }
  }

  /** Why it is skipped or fails. */
  #explainOutcome(actual: CaseOccurrence): Explanation {
    const { spec } = this.#options
    if ('skipped' in actual) {
      const rule = findSkipRule(spec, actual.metric, actual.skipped)
      const meaning = describeSkipReason(actual.skipped)
      const isOwn = meaning === actual.skipped.replaceAll('-', ' ')
      return { because: isOwn ? [] : [`${actual.skipped}: ${meaning}`], ...(rule && { expression: rule }) }
    }
    if (!('fault' in actual)) return { because: [] }
    const { message, place } = actual.fault
    return { because: [message], ...(place !== undefined && { expression: { place, text: '' } }) }
  }

  #explainMember(metric: string, { member, expected, actual }: ValueDifference): Explanation {
    const { spec } = this.#options
    const expression = findExpression(spec, metric, member)
    if (expression !== undefined)
      return { because: actual === undefined ? ['the expression gives nothing'] : [], expression }
    const mapping = findMapping(spec, metric)
    const [first, name] = member
    const isUnknown = first === 'properties' && name !== undefined && expected !== undefined
    if (!isUnknown || mapping === undefined || findProperty(mapping.properties, name)) return { because: [] }
    const known = mapping.properties.map((property) => property.name)
    return { because: [`${mapping.file} has no property "${name}"; ${suggest(name, known)}`] }
  }

  /** If each occurrence has an equal partner, though not in this order. */
  #otherOrder(pairs: readonly Pair<ExpectedOccurrence, CaseOccurrence>[]): readonly Difference[] | undefined {
    const left = pairs.flatMap(([expected]) => expected ?? [])
    const right = pairs.flatMap(([, actual]) => actual ?? [])
    const isEqual = pairs.every(([expected, actual]) => expected && actual && this.#cost(expected, actual) === 0)
    if (isEqual || left.length !== right.length || left.length > MAX_REORDERED) return undefined
    const rest = [...right]
    for (const expected of left) {
      const at = rest.findIndex((actual) => this.#cost(expected, actual) === 0)
      if (at < 0) return undefined
      rest.splice(at, 1)
    }
    const { workspace } = this.#case.input
    const label = (one: CaseOccurrence | ExpectedOccurrence) => labelOccurrence(one, workspace)
    const place = left[0]?.place ?? this.#case.place
    return [{ kind: 'order', place, because: [], expected: left.map(label), actual: right.map(label) }]
  }

  #members(expected: ExpectedOccurrence, actual: CaseOccurrence): readonly ValueDifference[] {
    return compareMembers(expected, actual, this.#case.input.workspace)
  }

  #metricOf = ({ metric }: ExpectedOccurrence): string | undefined => metric ?? this.#case.metric

  #outcome(occurrence: CaseOccurrence | ExpectedOccurrence): string {
    const outcome = outcomeOf(occurrence)
    return this.#options.foreignCodes && outcome.startsWith('fault: ') ? 'fault' : outcome
  }
}

/** Occurrences of a case whose order is compared without their places. */
const MAX_REORDERED = 200

interface Explanation {
  readonly because: readonly string[]
  readonly expression?: ExpressionPlace
}
