/** The cases that the options select. */

import { nameWithoutFile } from '../../../conformance/report/run-report.ts'
import type { ResolvedCase } from '../../../conformance/types.ts'
import { suggest } from '../../../expression/did-you-mean.ts'
import { PROFILE } from '../../../mapping/map-profile.ts'
import type { Spec } from '../../../spec/spec.ts'
import { usageError } from '../../errors.ts'
import { parseMetrics } from '../../parse.ts'
import type { TestOptions } from './test-options.ts'

/** Throws a usage error for a metric that the spec does not have, and where nothing is left. */
export function filterCases(cases: readonly ResolvedCase[], options: TestOptions, spec: Spec): readonly ResolvedCase[] {
  const metrics = selectedMetrics(options, spec)
  const { only } = options
  const ofMetric = metrics === undefined ? cases : cases.filter((one) => expectsAny(one, metrics))
  const found = only === undefined ? ofMetric : ofMetric.filter((one) => hasInName(one, only))
  if (found.length > 0 || cases.length === 0) return found
  if (ofMetric.length === 0) throw usageError(`--metric: no case expects ${metrics?.join(' or ')}`)
  throw usageError(`--only: no case has "${only}" in its name; ${suggest(only ?? '', ofMetric.map(nameWithoutFile))}`)
}

const hasInName = (one: ResolvedCase, text: string): boolean =>
  nameWithoutFile(one).toLowerCase().includes(text.toLowerCase())

/** Of `--metric`. Undefined: all. */
export function selectedMetrics({ metric }: TestOptions, spec: Spec): readonly string[] | undefined {
  if (metric === undefined) return undefined
  return parseMetrics(metric, { mappings: [...spec.mappings, { metric: PROFILE }] }, '--metric')
}

const expectsAny = ({ metric, expected }: ResolvedCase, metrics: readonly string[]): boolean =>
  [metric, ...expected.map((one) => one.metric)].some((name) => name !== undefined && metrics.includes(name))
