/** Pairs the occurrences that a case expects with those that came. */
import { compareTexts } from '../../lib/text/compare-texts.ts'
import type { ProfileMapping, Spec } from '../../spec/spec.ts'
import type { CaseOccurrence, CaseResult, ExpectedOccurrence, ResolvedCase } from '../types.ts'
import { alignLists } from './align.ts'
import { compareMembers, isProfile } from './compare-members.ts'
import { outcomeOf } from './describe-outcome.ts'
import type { ValueDifference } from './diff-values.ts'

export interface CompareOptions {
  /** Finds the places of expressions. */
  readonly spec: Spec
  /** Whether the engine has codes of its own, so that only the presence of a fault is compared. */
  readonly foreignCodes?: boolean
}

/** A case, and what an engine made of it. */
export interface CaseRun {
  readonly resolved: ResolvedCase
  readonly result: CaseResult
}

/** At least one of the two. Both have one outcome, or the metric that the case expects. */
export interface OccurrencePair {
  readonly expected?: ExpectedOccurrence
  readonly actual?: CaseOccurrence
  readonly hasSameOutcome: boolean
  readonly members: readonly ValueDifference[]
}

/** The occurrences that a case compares. The fault of a whole record has no metric and concerns every case. */
export function selectOccurrences(resolved: ResolvedCase, { occurrences }: CaseResult): readonly CaseOccurrence[] {
  const { metric } = resolved
  const selected =
    metric === undefined ? occurrences : occurrences.filter((one) => one.metric === metric || one.metric === '')
  const compared = selected.filter((one) => isCompared(one, resolved))
  return resolved.isCourse ? sortEvents(compared) : compared
}

/** A course expects events in the order of their times, in whatever order they were sent. All else stays in its place. */
function sortEvents(occurrences: readonly CaseOccurrence[]): readonly CaseOccurrence[] {
  const events = occurrences.filter((one) => 'key' in one)
  const sorted = events.sort((a, b) => compareTexts(a.time, b.time) || compareTexts(a.key, b.key)).values()
  return occurrences.map((one) => ('key' in one ? (sorted.next().value ?? one) : one))
}

/** A poll reads the same record again and again, so its skips are compared only where the case expects some of it. */
function isCompared(one: CaseOccurrence, { metric, expected, isCourse, ingress }: ResolvedCase): boolean {
  if ('skipped' in one)
    return !(isCourse || ingress === 'reconcile') || expected.some(({ skipped }) => skipped !== undefined)
  return !isCourse || !isProfile(one) || metric === one.metric || expected.some((each) => each.metric === one.metric)
}

/** In the order of the case, with the fewest differences. */
export function pairOccurrences({ resolved, result }: CaseRun, options: CompareOptions): readonly OccurrencePair[] {
  const actual = selectOccurrences(resolved, result)
  const pairs = alignLists(resolved.expected, actual, (one, other) => costOf(judge(one, other, resolved, options), one))
  return pairs.flatMap(([one, other]): readonly OccurrencePair[] => {
    if (one === undefined || other === undefined) {
      const alone = { hasSameOutcome: false, members: [] }
      return [one ? { expected: one, ...alone } : { ...(other && { actual: other }), ...alone }]
    }
    const { isSameMetric, ...judged } = judge(one, other, resolved, options)
    if (isSameMetric) return [{ expected: one, actual: other, ...judged }]
    return [one, other].map((each) => ({ ...(each === one ? { expected: one } : { actual: other }), ...judged }))
  })
}

interface Judgement {
  readonly isSameMetric: boolean
  readonly hasSameOutcome: boolean
  readonly members: readonly ValueDifference[]
}

function judge(
  expected: ExpectedOccurrence,
  actual: CaseOccurrence,
  resolved: ResolvedCase,
  { spec, foreignCodes }: CompareOptions,
): Judgement {
  const metric = metricOf(expected, resolved)
  if (metric !== undefined && metric !== actual.metric && actual.metric !== '')
    return { isSameMetric: false, hasSameOutcome: false, members: [] }
  const [outcome, other] = [expected, actual].map((one) => {
    const text = outcomeOf(one)
    return foreignCodes && text.startsWith('fault: ') ? 'fault' : text
  })
  if (outcome !== other) return { isSameMetric: true, hasSameOutcome: false, members: [] }
  const comparable = resolved.ingress === 'backfill' ? asHistory(expected, actual, spec.profile) : expected
  const members = compareMembers(comparable, actual, resolved.input.workspace)
  return { isSameMetric: true, hasSameOutcome: true, members }
}

export const metricOf = ({ metric }: ExpectedOccurrence, resolved: ResolvedCase): string | undefined =>
  metric ?? resolved.metric

/** History sends only the identifiers of an event's person, so only these are expected of it. */
function asHistory(
  expected: ExpectedOccurrence,
  actual: CaseOccurrence,
  { identifiers }: ProfileMapping,
): ExpectedOccurrence {
  const { profile, profileHas } = expected
  if ((profile ?? profileHas) === undefined || isProfile(actual)) return expected
  const pick = (object: ExpectedOccurrence['profile'] = {}) =>
    Object.fromEntries(Object.entries(object).filter(([name]) => identifiers.includes(name)))
  return {
    ...expected,
    ...(profile && { profile: pick(profile) }),
    ...(profileHas && { profileHas: pick(profileHas) }),
  }
}

/** 0 for equal occurrences, 2 for those of two metrics. */
function costOf({ isSameMetric, hasSameOutcome, members }: Judgement, { key }: ExpectedOccurrence): number {
  if (!isSameMetric) return 2
  if (!hasSameOutcome) return 1.5
  if (members.length === 0) return 0
  const hasKey = key !== undefined && !members.some(({ member: [first] }) => first === 'key')
  return (hasKey ? 0.5 : 1) + Math.min(members.length, 40) / 100
}
