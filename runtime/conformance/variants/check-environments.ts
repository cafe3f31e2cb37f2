/** Holds that results depend on no time zone and no locale: the same cases through processes that have others. */
import { isDeepStrictEqual } from 'node:util'
import type { CaseEngine, CaseResult, ResolvedCase } from '../types.ts'
import { labelCase, type VariantProblem } from './check-variants.ts'

/** Settings of a process. */
export interface CaseEnvironment {
  readonly TZ: string
  readonly LC_ALL: string
}

/** Far from UTC on both sides, one by half an hour; a locale with letters of its own, and one with another decimal mark. */
const ENVIRONMENTS: readonly CaseEnvironment[] = [
  { TZ: 'Pacific/Auckland', LC_ALL: 'tr_TR.UTF-8' },
  { TZ: 'America/St_Johns', LC_ALL: 'de_DE.UTF-8' },
]

export interface EnvironmentCase {
  readonly resolved: ResolvedCase
  /** In this process. */
  readonly result: CaseResult
}

/** `open`: our engine in a process with these settings. */
export async function checkEnvironments(
  cases: readonly EnvironmentCase[],
  open: (environment: CaseEnvironment) => CaseEngine,
): Promise<readonly VariantProblem[]> {
  const all = await Promise.all(ENVIRONMENTS.map((environment) => checkEnvironment(cases, environment, open)))
  return all.flat()
}

async function checkEnvironment(
  cases: readonly EnvironmentCase[],
  environment: CaseEnvironment,
  open: (environment: CaseEnvironment) => CaseEngine,
): Promise<readonly VariantProblem[]> {
  const engine = open(environment)
  const problems: VariantProblem[] = []
  try {
    for (const { resolved, result } of cases) {
      const other = await engine.run(resolved.input)
      // As it travels: without what JSON does not have.
      const own = JSON.parse(JSON.stringify(result.occurrences)) as CaseResult['occurrences']
      if (isDeepStrictEqual(own, other.occurrences)) continue
      const variant = `TZ=${environment.TZ} LC_ALL=${environment.LC_ALL}`
      const index = own.findIndex((one, at) => !isDeepStrictEqual(one, other.occurrences[at]))
      const problem = `other occurrences come in this zone and locale: ${JSON.stringify(other.occurrences[Math.max(0, index)] ?? null)} in place of ${JSON.stringify(own[Math.max(0, index)] ?? null)}`
      problems.push({ case: labelCase(resolved), variant, problem })
    }
  } finally {
    await engine.close()
  }
  return problems
}
