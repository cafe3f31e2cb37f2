/** Group commits side by side: writes of different tenants need not wait for one another. */
import type { GroupCommit } from './group-commit.ts'

/** The same lane for a tenant each time, so that its writes keep their order. */
export function laneOf(tenant: string, lanes: readonly GroupCommit[]): GroupCommit | undefined {
  let hash = 0
  for (let i = 0; i < tenant.length; i++) hash = (hash * 31 + tenant.charCodeAt(i)) % 65_521
  return lanes[hash % lanes.length]
}
