/** What is done for a tenant, in slices: deliver what is due, poll what has changed at the source, import history. */
import type { Connector } from '../connector.ts'
import type { HealthConnector } from '../health/read-facts.ts'
import { Fault } from '../ports/fault.ts'
import { cancelImport, readImportRequest } from './import-request.ts'

/** The part of a connector that the tasks need. */
export type TenantConnector = HealthConnector & Pick<Connector, 'work' | 'backfill' | 'reconcile' | 'close'>

export type TaskName = 'deliver' | 'poll' | 'import'

/** Until when nothing is to be done, milliseconds since 1970. */
export interface TaskResult {
  /** Undefined: nothing before the tenant is woken. */
  readonly nextAt: number | undefined
  /** Also when the tenant is woken. */
  readonly notBefore?: number | undefined
}

export interface TaskSlice {
  readonly now: () => number
  /** Aborts when others wait for their turn, and when the process stops. */
  readonly signal: AbortSignal
}

export interface TenantTask {
  readonly name: TaskName
  /** Milliseconds from one run to the next for which being woken is the only reason. */
  readonly spacing: number
  /** Throws a `Fault` if it cannot go on: it is tried again later. */
  run(connector: TenantConnector, slice: TaskSlice): Promise<TaskResult>
}

/** Milliseconds until a paused tenant, or one whose lock another process holds, is worth another look. */
const HELD_FOR = 60_000

const deliver: TenantTask = {
  name: 'deliver',
  spacing: 0,
  async run(connector, { now, signal }) {
    const { ended, nextAt } = await connector.work({ until: 'idle', signal })
    const isHeld = ended === 'failing' || ended === 'paused'
    return { nextAt: ended === 'stopped' ? now() : nextAt, notBefore: isHeld ? nextAt : undefined }
  },
}

const poll: TenantTask = {
  name: 'poll',
  spacing: HELD_FOR,
  async run(connector, { now, signal }) {
    const every = connector.spec.reconcile?.every
    if (every === undefined) return { nextAt: undefined }
    if (connector.gate.pausedReason() !== undefined) return { nextAt: now() + HELD_FOR }
    const last = (await connector.lastReconcile())?.startedAt
    // A pass in the future was one of a clock that was ahead.
    if (last !== undefined && last <= now() && last + every > now()) return { nextAt: last + every }
    const pass = await connector.reconcile({ signal })
    return { nextAt: now() + (pass === undefined ? HELD_FOR : every) }
  },
}

const importHistory: TenantTask = {
  name: 'import',
  spacing: 15_000,
  async run(connector, { now, signal }) {
    const request = await readImportRequest(connector.store)
    if (request === undefined) return { nextAt: undefined }
    try {
      // Each page is saved with its checkpoint: the next slice, of whatever process, reads on from there.
      for await (const _ of connector.backfill({ ...request, signal }));
    } catch (error) {
      if (error instanceof Fault && error.code === 'backfill/already-running') return { nextAt: now() + HELD_FOR }
      throw error
    }
    if (signal.aborted) return { nextAt: now() }
    await cancelImport(connector.store)
    return { nextAt: undefined }
  },
}

export const TASKS: readonly TenantTask[] = [deliver, poll, importHistory]
