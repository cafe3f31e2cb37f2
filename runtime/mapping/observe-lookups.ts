/** Reports the lookups that are fetched from the source. */
import { currentScope, nextCall, runInScope } from '../observe/scope.ts'
import { Fault } from '../ports/fault.ts'
import type { Lane } from '../ports/types.ts'

export interface LookupToObserve<T> {
  readonly lookup: string
  readonly lane: Lane
  /** Absent: a whole list. */
  readonly keys?: number
  /** The number of values in the answer. */
  readonly count: (found: T) => number
}

/** Loads, and reports it while anything is observed. */
export async function observeLookup<T>({ count, ...lookup }: LookupToObserve<T>, load: () => Promise<T>): Promise<T> {
  const scope = currentScope()
  if (scope === undefined) return load()
  const { observer, record } = scope
  const call = nextCall()
  return observer.measure(
    () => runInScope({ ...scope, call }, load),
    (result, durationMs) => ({
      type: 'lookup',
      call,
      ...lookup,
      durationMs,
      ...describeResult(result, count),
      ...(record && { record: record.record }),
    }),
  )
}

function describeResult<T>(result: T | Fault, count: (found: T) => number) {
  if (result instanceof Fault) return { outcome: 'failed', found: 0, reason: result.code } as const
  const found = count(result)
  return { outcome: found === 0 ? 'missing' : 'found', found } as const
}
