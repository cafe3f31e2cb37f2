/** Who in Klaviyo hears of our events: flows that begin with them, segments that ask for them, and flows behind those. */
import { toFault } from '../../runtime/ports/fault.ts'
import type { CreatedResource, Dependents } from '../../runtime/ports/recipes.ts'
import type { FaultInfo, Json } from '../../runtime/ports/types.ts'
import type { SendRequest } from './client.ts'
import { listAll, type Resource } from './json-api.ts'

export interface ListenerParts {
  /** `GET /api/metrics/…/flow-triggers` */
  readonly triggered: SendRequest
  readonly segments: SendRequest
  readonly madeOf: (kind: CreatedResource['kind'], resource: Resource) => CreatedResource
}

/** `ids` by metric. What may not be read is said instead of thrown: the rest is worth knowing. */
export async function klaviyoListeners(
  ids: ReadonlyMap<string, string>,
  parts: ListenerParts,
  signal: AbortSignal,
): Promise<Dependents> {
  const unreadable: FaultInfo[] = []
  const orSay = async <T>(read: () => Promise<readonly T[]>): Promise<readonly T[]> => {
    try {
      return await read()
    } catch (error) {
      unreadable.push(toFault(error).info())
      return []
    }
  }
  const flows = await orSay(() => flowsOf(ids, parts, signal))
  const segments = await orSay(() => segmentsOf(ids, parts, signal))
  return { flows, segments, unreadable }
}

async function flowsOf(ids: ReadonlyMap<string, string>, { triggered, madeOf }: ListenerParts, signal: AbortSignal) {
  const found: (CreatedResource & { metric: string })[] = []
  for (const [metric, id] of ids) {
    const path = `/api/metrics/${encodeURIComponent(id)}/flow-triggers`
    for await (const flow of listAll(triggered, path, signal)) {
      if (flow.attributes.archived !== true) found.push({ ...madeOf('flow', flow), metric })
    }
  }
  return found
}

async function segmentsOf(ids: ReadonlyMap<string, string>, { segments, madeOf }: ListenerParts, signal: AbortSignal) {
  const flows = new Map<string, CreatedResource>()
  const keep = (included: readonly Resource[]) => {
    for (const one of included) if (one.type === 'flow') flows.set(one.id, madeOf('flow', one))
  }
  const found: { segment: Resource; metrics: readonly string[] }[] = []
  for await (const segment of listAll(segments, '/api/segments?include=flow-triggers', signal, keep)) {
    const named = texts(segment.attributes.definition)
    const metrics = [...ids].filter(([, id]) => named.has(id)).map(([metric]) => metric)
    if (metrics.length > 0) found.push({ segment, metrics })
  }
  return found.map(({ segment, metrics }) => {
    const behind = (segment.related['flow-triggers'] ?? []).flatMap((id) => flows.get(id) ?? [])
    return { ...madeOf('segment', segment), metrics, flows: behind }
  })
}

/** Every text in a definition, wherever it stands: a metric's id is six letters that mean nothing else. */
function texts(value: Json | undefined): ReadonlySet<string> {
  if (typeof value === 'string') return new Set([value])
  if (typeof value !== 'object' || value === null) return new Set()
  return new Set(Object.values(value).flatMap((inner) => [...texts(inner as Json)]))
}
