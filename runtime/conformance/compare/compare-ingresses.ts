/** Holds the ingresses of a case against one another: also in what the case does not name they give the same. */
import type { Json } from '../../ports/types.ts'
import type { Spec } from '../../spec/spec.ts'
import type { CaseOccurrence, CaseResult, ResolvedCase } from '../types.ts'
import { alignLists } from './align.ts'
import { selectOccurrences } from './compare-case.ts'
import { labelOccurrence } from './describe-outcome.ts'
import { diffValues } from './diff-values.ts'
import type { DifferentIngress } from './difference.ts'
import { findExpression } from './find-expression.ts'

export interface CaseRun {
  readonly resolved: ResolvedCase
  readonly result: CaseResult
}

/** Of one case, by ingress. Runs for which the case expects different things are not compared. */
export function compareIngresses(runs: readonly CaseRun[], spec: Spec): readonly DifferentIngress[] {
  const groups = new Map<string, CaseRun[]>()
  for (const run of runs) {
    const expectation = expectationOf(run.resolved)
    groups.set(expectation, [...(groups.get(expectation) ?? []), run])
  }
  return [...groups.values()].flatMap(([first, ...others]) =>
    first === undefined ? [] : others.flatMap((other) => compareTwo(first, other, spec)),
  )
}

/** Equal for ingresses that share an `expect`: its occurrences have the same places. */
const expectationOf = ({ expected }: ResolvedCase): string =>
  expected.map(({ place: { line, column } }) => `${line}:${column}`).join()

function compareTwo(one: CaseRun, other: CaseRun, spec: Spec): readonly DifferentIngress[] {
  const [left, right] = [one, other].map(({ resolved, result }) => selectOccurrences(resolved, result))
  const pairs = alignLists(left ?? [], right ?? [], costOf)
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
    return diffValues(toJson(a), toJson(b)).map(({ member, expected, actual }) => {
      const expression = findExpression(spec, a.metric, member)
      return { ...common, metric: a.metric, member, values: [expected, actual], ...(expression && { expression }) }
    })
  })
}

/** 2 for those of two metrics. */
function costOf(a: CaseOccurrence, b: CaseOccurrence): number {
  if (a.metric !== b.metric) return 2
  const { length } = diffValues(toJson(a), toJson(b))
  return length === 0 ? 0 : 0.5 + Math.min(length, 40) / 100
}

/** Messages and places of faults may name the ingress. */
const toJson = (occurrence: CaseOccurrence): Json =>
  'fault' in occurrence ? { metric: occurrence.metric, fault: occurrence.fault.code } : { ...occurrence }
