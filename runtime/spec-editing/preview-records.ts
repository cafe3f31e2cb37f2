/** Maps the newest records of a store, also those that wait, by a changed spec, and explains what each of its mappings makes of them. */
import type { Connector } from '../connector.ts'
import type { MappingExplanation } from '../mapping/explain/explain-mapping.ts'
import { PROFILE } from '../mapping/map-profile.ts'
import { toPreviewInput } from '../mapping/record-input.ts'
import { toFault } from '../ports/fault.ts'
import type { LedgerEntry } from '../ports/ledger.ts'
import { parsePlace } from '../spec/source-file.ts'
import type { Spec } from '../spec/spec.ts'

export interface RecordPreview {
  readonly entry: LedgerEntry
  /** Of the metrics of the file. */
  readonly mappings: readonly MappingExplanation[]
  /** Why the record cannot be mapped. */
  readonly problem?: string
}

export interface PreviewRequest {
  readonly spec: Spec
  /** The file whose metrics are previewed. */
  readonly path: string
  /** Records. */
  readonly limit: number
}

/** Events of a record whose properties are explained. */
const MAX_EXPLAINED = 3
/** Records that are read for each that is shown. */
const READ_FACTOR = 8

export async function previewRecords(
  { spec, path, limit }: PreviewRequest,
  { store, preview }: Pick<Connector, 'store' | 'preview'>,
): Promise<readonly RecordPreview[]> {
  const metrics = metricsOf(path, spec)
  const previews: RecordPreview[] = []
  for (const seq of await findRecords(metrics, spec, store, limit * READ_FACTOR)) {
    if (previews.length >= limit) break
    const entry = await store.readRecord(seq)
    const input = entry && toPreviewInput(entry)
    if (entry === undefined || input === undefined) continue
    let explained = 0
    const explainOnly = (metric: string) => metrics.has(metric) && explained++ < MAX_EXPLAINED
    try {
      const explain = { explain: true as const, explainOnly }
      const { explanations = [] } = await preview({ ...input, spec, lookupFallback: 'remembered', ...explain })
      const mappings = explanations.flatMap((one) => one.mappings).filter(({ metric }) => metrics.has(metric))
      if (mappings.length > 0) previews.push({ entry, mappings })
    } catch (error) {
      const { code, message } = toFault(error)
      // The changed spec takes no such records.
      if (!code.startsWith('preview/')) previews.push({ entry, mappings: [], problem: message })
    }
  }
  return previews
}

/** Those that a file defines, or that include its properties. All, if it belongs to none. */
export function metricsOf(path: string, { mappings, profile }: Spec): ReadonlySet<string> {
  const isIn = ({ expr }: { readonly expr: { readonly place: string } }) => parsePlace(expr.place)?.path === path
  const own = mappings.filter(
    ({ file, properties, profileProperties }) => file === path || [...properties, ...profileProperties].some(isIn),
  )
  const isProfile = profile.file === path || [...profile.attributes, ...profile.properties].some(isIn)
  const found = [...own.map(({ metric }) => metric), ...(isProfile ? [PROFILE] : [])]
  return new Set(found.length > 0 ? found : mappings.map(({ metric }) => metric))
}

/** Numbers of records of the metrics, the newest first, then of others of their resources. */
async function findRecords(
  metrics: ReadonlySet<string>,
  spec: Spec,
  store: Connector['store'],
  limit: number,
): Promise<readonly number[]> {
  const { mappings, profile } = spec
  const resources = new Set([
    ...mappings.flatMap(({ metric, resource }) => (metrics.has(metric) ? resource : [])),
    ...(metrics.has(PROFILE) ? [profile.resource] : []),
  ])
  const related = mappings.filter(({ resource }) => resources.has(resource)).map(({ metric }) => metric)
  const newest = async (names: readonly string[]) => {
    const lists = await Promise.all(names.map((metric) => store.events({ metric, limit })))
    return lists
      .flat()
      .sort((a, b) => b.id - a.id)
      .map(({ seq }) => seq)
  }
  const [waiting, ended] = await Promise.all([findWaiting(metrics, spec, store, limit), newest([...metrics])])
  const own = [...new Set([...waiting, ...ended])].sort((a, b) => b - a).slice(0, limit)
  const others = own.length >= limit ? [] : await newest([...related.filter((name) => !metrics.has(name)), ''])
  return [...new Set([...own, ...others])].slice(0, limit)
}

/** Numbers of records that have not ended and that the metrics take: before its first attempt a record has no metric. */
async function findWaiting(
  metrics: ReadonlySet<string>,
  { mappings, profile, streams }: Spec,
  store: Connector['store'],
  limit: number,
): Promise<readonly number[]> {
  const own = mappings.filter(({ metric }) => metrics.has(metric))
  const ofProfile = metrics.has(PROFILE)
  const topics = new Set([...own, ...(ofProfile ? [profile] : [])].flatMap((one) => [...one.topics]))
  const takes = (name: string) =>
    own.some(({ stream }) => stream?.name === name) || (ofProfile && streams.get(name)?.resource === profile.resource)
  const kinds = [{}, ...[...topics].map((topic) => ({ topic }))]
  const lists = await Promise.all(kinds.map((kind) => store.findEvents({ ...kind, status: 'deferred', limit })))
  return lists
    .flat()
    .flatMap(({ topic, stream, seq }) => ((topic === undefined ? takes(stream ?? '') : topics.has(topic)) ? [seq] : []))
}
