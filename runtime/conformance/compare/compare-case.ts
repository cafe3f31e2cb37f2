/** Compares the result of a case with what it expects. */
import { suggest } from '../../expression/did-you-mean.ts'
import { describeSkipReason } from '../../skip-reasons.ts'
import type { Spec } from '../../spec/spec.ts'
import type { CaseOccurrence, ExpectedOccurrence } from '../types.ts'
import { labelOccurrence, outcomeOf, withoutWorkspace } from './describe-outcome.ts'
import type { ValueDifference } from './diff-values.ts'
import type { Difference, ExpressionPlace } from './difference.ts'
import { explainAbsence } from './explain-absence.ts'
import { findExpression, findMapping, findProperty, findSkipRule } from './find-expression.ts'
import {
  type CaseRun,
  type CompareOptions,
  metricOf,
  type OccurrencePair,
  pairOccurrences,
} from './pair-occurrences.ts'

/** Empty: the case passes. In the order of the occurrences. */
export function compareCase(run: CaseRun, options: CompareOptions): readonly Difference[] {
  const pairs = pairOccurrences(run, options)
  return findOtherOrder(pairs, run, options) ?? pairs.flatMap((pair) => describePair(pair, run, options))
}

function describePair(
  { expected, actual, hasSameOutcome, members }: OccurrencePair,
  run: CaseRun,
  { spec }: CompareOptions,
): readonly Difference[] {
  const { resolved } = run
  if (expected === undefined) return actual === undefined ? [] : [describeUnexpected(actual, run, spec)]
  const metric = metricOf(expected, resolved)
  const { place } = expected
  if (actual === undefined)
    return [{ kind: 'missing', ...(metric && { metric }), place, expected, ...explainAbsence(spec, metric, run) }]
  const common = { metric: actual.metric || (metric ?? ''), place }
  if (!hasSameOutcome) {
    const outcomes = { expected: outcomeOf(expected), actual: outcomeOf(actual) }
    return [{ kind: 'outcome', ...common, ...outcomes, ...explainOutcome(actual, spec) }]
  }
  return members.map((difference) => ({
    kind: 'member',
    ...common,
    ...difference,
    ...explainMember(actual.metric, difference, spec),
  }))
}

function describeUnexpected(actual: CaseOccurrence, { resolved }: CaseRun, spec: Spec): Difference {
  const { place, input, metric = '' } = resolved
  const shown = 'key' in actual ? { ...actual, key: withoutWorkspace(actual.key, input.workspace) } : actual
  return { kind: 'unexpected', metric: actual.metric || metric, place, actual: shown, ...explainOutcome(actual, spec) }
}

interface Explanation {
  readonly because: readonly string[]
  readonly expression?: ExpressionPlace
}

/** What a case lacks for an occurrence, by the reason for which it is skipped. */
const LACKS: Readonly<Record<string, string>> = {
  'contact-not-found':
    'the source has no such contact: the case lacks it in given.lookups.contact, or a step made it gone',
}

/** Why it is skipped or fails. */
function explainOutcome(actual: CaseOccurrence, spec: Spec): Explanation {
  if ('skipped' in actual) {
    const rule = findSkipRule(spec, actual.metric, actual.skipped)
    const meaning = describeSkipReason(actual.skipped)
    // A mapping's own reason has no other words.
    const isOwn = meaning === actual.skipped.replaceAll('-', ' ')
    const because = isOwn ? [] : [LACKS[actual.skipped] ?? `${actual.skipped}: ${meaning}`]
    return { because, ...(rule && { expression: rule }) }
  }
  if (!('fault' in actual)) return { because: [] }
  const { message, place } = actual.fault
  return { because: [message], ...(place !== undefined && { expression: { place, text: '' } }) }
}

function explainMember(metric: string, { member, expected, actual }: ValueDifference, spec: Spec): Explanation {
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

/** Occurrences of a case that are also compared without their order. */
const MAX_REORDERED = 200

/** If each occurrence has an equal partner, though not in this order. */
function findOtherOrder(
  pairs: readonly OccurrencePair[],
  { resolved, result }: CaseRun,
  options: CompareOptions,
): readonly Difference[] | undefined {
  const left = pairs.flatMap(({ expected }) => expected ?? [])
  const right = pairs.flatMap(({ actual }) => actual ?? [])
  const isEqual = pairs.every(({ hasSameOutcome, members }) => hasSameOutcome && members.length === 0)
  if (isEqual || left.length !== right.length || left.length > MAX_REORDERED) return undefined
  const rest = [...right]
  for (const expected of left) {
    const at = rest.findIndex((actual) => {
      const alone = { resolved: { ...resolved, expected: [expected] }, result: { ...result, occurrences: [actual] } }
      return pairOccurrences(alone, options).every((pair) => pair.hasSameOutcome && pair.members.length === 0)
    })
    if (at < 0) return undefined
    rest.splice(at, 1)
  }
  const label = (one: CaseOccurrence | ExpectedOccurrence) => labelOccurrence(one, resolved.input.workspace)
  const place = left[0]?.place ?? resolved.place
  return [{ kind: 'order', place, because: [], expected: left.map(label), actual: right.map(label) }]
}
