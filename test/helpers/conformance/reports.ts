/** Cases, results and reports with only what a test names. */
import type { CheckReport, RunReport } from '../../../runtime/conformance/report/run-report.ts'
import type {
  CaseOccurrence,
  CasePlace,
  CaseRecord,
  CaseResult,
  EventOccurrence,
  ResolvedCase,
} from '../../../runtime/conformance/types.ts'

export const placeAt = (line: number, file = 'tests/rated.yaml'): CasePlace => ({ file, line, column: 5 })

export function caseOf({
  record,
  ...more
}: Partial<ResolvedCase> & { readonly record?: CaseRecord | undefined }): ResolvedCase {
  const steps = [{ at: '2026-01-10T10:00:00.000Z', ingress: 'webhook', records: record ? [record] : [] }] as const
  return {
    name: 'rated.yaml: a rating',
    ingress: 'webhook',
    place: placeAt(4),
    input: { version: 1, id: 'rated.yaml: a rating (webhook)', workspace: 'abc123de', lookups: {}, steps },
    expected: [],
    ...more,
  }
}

export const resultOf = (occurrences: readonly CaseOccurrence[]): CaseResult => ({ id: '', occurrences })

export const eventOf = (
  event: Partial<EventOccurrence> & Pick<EventOccurrence, 'metric' | 'key'>,
): EventOccurrence => ({
  time: '2026-01-10T08:00:50.000Z',
  contact: 'c1',
  profile: { email: 'ada@example.com', location: { city: 'Cork' } },
  properties: {},
  ...event,
})

export const checkOf = (check: Partial<CheckReport>): CheckReport => ({
  name: 'webhook',
  kind: 'ingress',
  differences: [],
  problems: [],
  elapsed: 1.5,
  ...check,
})

/** One case for each list of checks. */
export const reportOf = (
  cases: readonly { readonly name: string; readonly checks: readonly CheckReport[]; readonly file?: string }[],
): RunReport => ({
  cases: cases.map(({ name, checks, file }) => ({ name, place: placeAt(4, file), checks })),
  elapsed: 1234,
})
