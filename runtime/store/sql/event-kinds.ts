/** The kinds of events: a number for all that have metric, status, reason, scope and topic in common. */
import type { EventKindFilter } from '../../ports/ledger.ts'
import type { EventResult } from '../../ports/types.ts'
import { statusesOf } from '../found-events.ts'
import { tallyLine } from '../outcome-effects.ts'
import { statement, statementOfRows } from './statement.ts'
import { all, getEach, runEach, type Steps } from './steps.ts'

type KindLabels = readonly [metric: string, status: string, reason: string, scope: string, topic: string]

export function kindOf(result: EventResult, scope: string, topic = ''): KindLabels {
  const { metric, status, reason } = tallyLine(result)
  return [metric, status, reason, scope, topic]
}

const COLUMNS = {
  tenant: 'integer',
  metric: 'text',
  status: 'text',
  reason: 'text',
  scope: 'text',
  topic: 'text',
} as const

const FIND = statementOfRows(
  COLUMNS,
  `SELECT number, metric, status, reason, scope, topic FROM event_kinds{,}
  WHERE tenant = :tenant AND metric = :metric AND status = :status AND reason = :reason AND scope = :scope
    AND topic = :topic`,
)
const ADD = statementOfRows(
  COLUMNS,
  `INSERT INTO event_kinds (tenant, metric, status, reason, scope, topic)
  {ROW :tenant, :metric, :status, :reason, :scope, :topic} ON CONFLICT DO NOTHING`,
)

interface KindRow {
  readonly number: number
  readonly metric: string
  readonly status: string
  readonly reason: string
  readonly scope: string
  readonly topic: string
}

export const nameOfKind = (labels: KindLabels): string => JSON.stringify(labels)

/** The numbers of kinds, by their names. Numbers those that are new. */
export function* numberKinds(
  tenant: number,
  kinds: ReadonlyMap<string, KindLabels>,
): Steps<ReadonlyMap<string, number>> {
  const numbers = new Map(yield* findNumbers(tenant, [...kinds.values()]))
  const missing = [...kinds].filter(([name]) => !numbers.has(name)).sort(([a], [b]) => (a < b ? -1 : 1))
  if (missing.length === 0) return numbers
  const labels = missing.map(([, each]) => each)
  yield* runEach(
    ADD,
    labels.map((each) => [tenant, ...each]),
  )
  return new Map([...numbers, ...(yield* findNumbers(tenant, labels))])
}

function* findNumbers(tenant: number, kinds: readonly KindLabels[]): Steps<readonly (readonly [string, number])[]> {
  const rows = yield* getEach<KindRow>(
    FIND,
    kinds.map((labels) => [tenant, ...labels]),
  )
  return rows.map(({ number, metric, status, reason, scope, topic }) => [
    nameOfKind([metric, status, reason, scope, topic]),
    number,
  ])
}

const SELECT = statement(
  ({ texts }) => `
  SELECT number FROM event_kinds
  WHERE tenant = ?1 AND (?2 IS NULL OR metric = ?2) AND (?3 IS NULL OR status IN ${texts('?3')})
    AND (?4 IS NULL OR reason = ?4) AND (?5 IS NULL OR scope = ?5) AND (?6 IS NULL OR topic = ?6)
    AND (?7 IS NULL OR CASE WHEN scope IN ('live', 'reconcile') THEN scope ELSE 'history' END = ?7)
    AND NOT (metric IN ${texts('?8')})`,
)

export function* selectKinds(tenant: number, filter: EventKindFilter): Steps<readonly number[]> {
  const { metric = null, reason = null, run = null, topic = null, origin = null, exceptMetrics = [] } = filter
  const statuses = statusesOf(filter)
  const status = statuses === undefined ? null : JSON.stringify(statuses)
  const except = JSON.stringify(exceptMetrics)
  const rows = yield* all<{ number: number }>(SELECT, tenant, metric, status, reason, run, topic, origin, except)
  return rows.map(({ number }) => number)
}
