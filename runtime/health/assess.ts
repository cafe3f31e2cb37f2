/** Works out the state of a connector from facts: the one place that judges it, for pages, endpoints and alerts. */
import { deliveryRules } from './delivery-rules.ts'
import { endRules } from './end-rules.ts'
import { historyRules } from './history-rules.ts'
import { receivingRules } from './receiving-rules.ts'
import {
  type FoundProblem,
  HEALTH_STATES,
  type HealthFacts,
  type HealthRule,
  type HealthState,
  PROBLEM_CODES,
} from './types.ts'

const RULES: readonly HealthRule[] = [...deliveryRules, ...receivingRules, ...historyRules, ...endRules]

/** All problems, worst first: by state, then in the order of `PROBLEM_CODES`. */
export function findProblems(facts: HealthFacts): readonly FoundProblem[] {
  const found = RULES.map((rule) => rule(facts)).filter((problem) => problem !== undefined)
  const isStopped = found.some(({ state }) => state === 'stopped')
  const isNews = ({ code }: FoundProblem) => !(isStopped && EXPLAINED_BY_STOP.has(code)) && !isStale(code, facts)
  return found.filter(isNews).sort((a, b) => rank(a) - rank(b))
}

/** The state of the whole is that of its worst problem. */
export const worstState = (problems: readonly Pick<FoundProblem, 'state'>[]): HealthState =>
  HEALTH_STATES.findLast((state) => problems.some((problem) => problem.state === state)) ?? 'healthy'

/** Nothing is delivered, so that events are late needs no word of its own. */
const EXPLAINED_BY_STOP: ReadonlySet<string> = new Set(['live-delayed', 'paused-by-side', 'reconcile-overdue'])

/** What a side answered to credentials that are deleted by now says nothing of those to come. */
function isStale(code: string, { setup }: HealthFacts): boolean {
  if (setup === undefined || setup.step === 'done') return false
  if (code === 'events-refused') return true
  const isSourceGone = setup.step === 'review' || setup.step === 'source'
  if (code.startsWith('source-')) return isSourceGone
  return code.startsWith('destination-') && (isSourceGone || setup.step === 'destination')
}

const rank = ({ state, code }: FoundProblem): number =>
  (state === 'stopped' ? 0 : PROBLEM_CODES.length) + PROBLEM_CODES.indexOf(code)
