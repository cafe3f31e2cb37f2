/** Holds the ingresses of a case against one another: also in what the case does not name they give the same. */
import { groupBy } from '../../lib/group-by.ts'
import type { Json } from '../../ports/types.ts'
import type { Spec } from '../../spec/spec.ts'
import type { CaseOccurrence, ResolvedCase } from '../types.ts'
import { alignLists } from './align.ts'
import { labelOccurrence } from './describe-outcome.ts'
import { diffValues } from './diff-values.ts'
import type { DifferentIngress } from './difference.ts'
import { findExpression } from './find-expression.ts'
import { type CaseRun, selectOccurrences } from './pair-occurrences.ts'

/** Of one case, by ingress. Runs for which the case expects different things are not compared. */
export function compareIngresses(runs: readonly CaseRun[], spec: Spec): readonly DifferentIngress[] {
  const plain = runs.filter(({ resolved }) => !resolved.isCourse)
  const groups = groupBy(plain, ({ resolved }) => expectationOf(resolved))
  return [...groups.values()].flatMap(([first, ...others]) =>
    first === undefined ? [] : others.flatMap((other) => compareTwo(first, other, spec)),
  )
}

/** Equal for ingresses that share an `expect`, and all of it: a poll is not expected to skip anything. */
const expectationOf = ({ expectedPath = [], expected }: ResolvedCase): string =>
  [...expectedPath, ...expected.map(({ place: { line, column } }) => `${line}:${column}`)].join()

function compareTwo(one: CaseRun, other: CaseRun, spec: Spec): readonly DifferentIngress[] {
  const isPolled = one.resolved.ingress === 'reconcile' || other.resolved.ingress === 'reconcile'
  const [left, right] = [one, other].map(({ resolved, result }) =>
    // A poll says nothing of what it skips.
    selectOccurrences(resolved, result).filter((each) => !(isPolled && 'skipped' in each)),
  )
  const pairs = alignLists(left ?? [], right ?? [], (a, b) => costOf(a, b, spec))
  const { place } = one.resolved
  const ingresses = [one.resolved.ingress, other.resolved.ingress] as const
  return pairs.flatMap(([a, b]): readonly DifferentIngress[] => {
    const common = { kind: 'ingress', ingresses, place, because: [] } as const
    if (a === undefined || b === undefined) {
      const label = (occurrence: CaseOccurrence | undefined, { input }: ResolvedCase) =>
        occurrence && labelOccurrence(occurrence, input.workspace)
      const metric = (a ?? b)?.metric
      return [{ ...common, ...(metric && { metric }), values: [label(a, one.resolved), label(b, other.resolved)] }]
    }
    return diffOccurrences(a, b, spec).map(({ member, expected, actual }) => {
      const expression = findExpression(spec, a.metric, member)
      return { ...common, metric: a.metric, member, values: [expected, actual], ...(expression && { expression }) }
    })
  })
}

/** 2 for those of two metrics. */
function costOf(a: CaseOccurrence, b: CaseOccurrence, spec: Spec): number {
  if (a.metric !== b.metric) return 2
  const { length } = diffOccurrences(a, b, spec)
  return length === 0 ? 0 : 0.5 + Math.min(length, 40) / 100
}

const diffOccurrences = (a: CaseOccurrence, b: CaseOccurrence, spec: Spec) =>
  diffValues(toComparable(a, spec), toComparable(b, spec))

/** Messages and places of faults may name the ingress, and history sends only the identifiers of an event's person. */
function toComparable(occurrence: CaseOccurrence, { profile: { identifiers } }: Spec): Json {
  if ('fault' in occurrence) return { metric: occurrence.metric, fault: occurrence.fault.code }
  if (!('key' in occurrence)) return { ...occurrence }
  const entries = Object.entries(occurrence.profile).filter(([name]) => identifiers.includes(name))
  return { ...occurrence, profile: Object.fromEntries(entries) }
}
