/** Finds the flows our metrics trigger, the segments that use them, and the flows those segments trigger. */
import { toFault } from '../../runtime/ports/fault.ts'
import type { CreatedResource, Dependents } from '../../runtime/ports/recipes.ts'
import type { FaultInfo, Json } from '../../runtime/ports/types.ts'
import type { SendRequest } from './client.ts'
import { listAll, type Resource } from './json-api.ts'

export interface DependentsParts {
  /** `GET /api/metrics/…/flow-triggers` */
  readonly flowTriggers: SendRequest
  readonly segments: SendRequest
  readonly toCreatedResource: (kind: CreatedResource['kind'], resource: Resource) => CreatedResource
}

/** `ids` by metric. Reports unreadable parts instead of throwing: the rest is worth knowing. */
export async function findDependents(
  ids: ReadonlyMap<string, string>,
  parts: DependentsParts,
  signal: AbortSignal,
): Promise<Dependents> {
  const unreadable: FaultInfo[] = []
  const orReportFault = async <T>(read: () => Promise<readonly T[]>): Promise<readonly T[]> => {
    try {
      return await read()
    } catch (error) {
      unreadable.push(toFault(error).info())
      return []
    }
  }
  const flows = await orReportFault(() => findFlows(ids, parts, signal))
  const segments = await orReportFault(() => findSegments(ids, parts, signal))
  return { flows, segments, unreadable }
}

async function findFlows(
  ids: ReadonlyMap<string, string>,
  { flowTriggers, toCreatedResource }: DependentsParts,
  signal: AbortSignal,
) {
  const flows: (CreatedResource & { metric: string })[] = []
  for (const [metric, id] of ids) {
    const path = `/api/metrics/${encodeURIComponent(id)}/flow-triggers`
    for await (const flow of listAll(flowTriggers, path, signal)) {
      if (flow.attributes.archived !== true) flows.push({ ...toCreatedResource('flow', flow), metric })
    }
  }
  return flows
}

async function findSegments(
  ids: ReadonlyMap<string, string>,
  { segments, toCreatedResource }: DependentsParts,
  signal: AbortSignal,
) {
  const flows = new Map<string, CreatedResource>()
  const collectFlows = (included: readonly Resource[]) => {
    for (const resource of included)
      if (resource.type === 'flow') flows.set(resource.id, toCreatedResource('flow', resource))
  }
  const matches: { segment: Resource; metrics: readonly string[] }[] = []
  for await (const segment of listAll(segments, '/api/segments?include=flow-triggers', signal, collectFlows)) {
    const strings = stringsIn(segment.attributes.definition)
    const metrics = [...ids].filter(([, id]) => strings.has(id)).map(([metric]) => metric)
    if (metrics.length > 0) matches.push({ segment, metrics })
  }
  return matches.map(({ segment, metrics }) => {
    const triggered = (segment.related['flow-triggers'] ?? []).flatMap((id) => flows.get(id) ?? [])
    return { ...toCreatedResource('segment', segment), metrics, flows: triggered }
  })
}

/** Every string in a definition, at any depth. A metric's id is six random letters, so a match is no coincidence. */
function stringsIn(value: Json | undefined): ReadonlySet<string> {
  if (typeof value === 'string') return new Set([value])
  if (typeof value !== 'object' || value === null) return new Set()
  return new Set(Object.values(value).flatMap((inner) => [...stringsIn(inner as Json)]))
}
