/** Reports the lookups that are fetched from the source. */
import { currentScope, nextCall, runInScope } from '../observe/scope.ts'
import { toFault } from '../ports/fault.ts'
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
  const start = observer.now()
  const report = (outcome: 'found' | 'missing' | 'failed', found: number, reason?: string) =>
    observer.report({
      type: 'lookup',
      call,
      ...lookup,
      outcome,
      durationMs: observer.now() - start,
      found,
      ...(reason !== undefined && { reason }),
      ...(record && { record: record.record }),
    })
  try {
    const found = await runInScope({ ...scope, call }, load)
    const values = count(found)
    report(values === 0 ? 'missing' : 'found', values)
    return found
  } catch (error) {
    report('failed', 0, toFault(error).code)
    throw error
  }
}
