/** Builds the records that a case brings by one ingress, and what the lookups find then. */
import { asId, isObject } from '../../../lib/json.ts'
import type { Ingress, Json, JsonObject } from '../../../ports/types.ts'
import type { Spec, StreamSpec } from '../../../spec/spec.ts'
import type { CaseRecord } from '../../types.ts'
import { buildNotification, findComputedPaths } from '../build-notification.ts'
import type { CaseSetting } from '../case-setting.ts'
import { changeItem } from '../change-item.ts'
import type { FileContext } from '../file-context.ts'
import type { LookupTables } from '../read-lookups.ts'
import { wrapItem } from '../wrap-item.ts'
import { buildRecorded, readRecordedItem } from './recorded.ts'

export interface BuiltRecords {
  readonly records: readonly CaseRecord[]
  readonly lookups: LookupTables
}

/** Undefined after a diagnostic. */
export async function buildRecords(
  setting: CaseSetting,
  ingress: Ingress,
  context: FileContext,
): Promise<BuiltRecords | undefined> {
  if (ingress === 'backfill' || ingress === 'reconcile') return buildFromStream(setting, ingress, context)
  const records =
    setting.itemKey === 'recorded' ? await buildRecorded(setting, context) : await buildWebhook(setting, context)
  return records && { records, lookups: setting.lookups }
}

async function buildWebhook(setting: CaseSetting, context: FileContext): Promise<readonly CaseRecord[] | undefined> {
  const { given, topic, workspace, now } = setting
  const { file, parts } = context
  const item = await readItem(setting, 'webhook', context)
  if (item === undefined || topic === undefined) return undefined
  const [computed] = findComputedPaths(parts.spec)
  if (computed !== undefined) {
    const message = `webhook.envelope.${computed} of connector.yaml is no plain path, so no notification can be built`
    const help = 'give a whole notification: recorded: FILE'
    file.error(topic.path, { code: 'cases/envelope', message, help })
    return undefined
  }
  const wrap = given.member('wrap')
  const wrapped =
    wrap === undefined
      ? item
      : await wrapItem(wrap.value as Json, wrap.path, { item, functions: parts.functions, file })
  const members = given.member('notification')?.value as JsonObject | undefined
  const notification = { topic: topic.name, workspace, now, item: wrapped ?? null, ...(members && { members }) }
  return [{ topic: topic.name, body: buildNotification(notification, parts.spec) }]
}

/** The item with the changes for every ingress, and those for one. */
async function readItem(
  { given, itemKey, itemPath, topic, stream }: CaseSetting,
  side: 'webhook' | 'backfill',
  context: FileContext,
): Promise<Json | undefined> {
  const { resources, file } = context
  const layer = given.layers.find(({ path }) => path === itemPath)?.given ?? {}
  const { fixture, item } = layer
  const of = itemKey === 'recorded' ? undefined : (topic?.resource.name ?? stream?.resource)
  let current =
    itemKey === 'recorded'
      ? await readRecordedItem(given, context)
      : await resources.readBase({ ...(fixture !== undefined && { fixture }), item }, file, itemPath)
  for (const { change, path } of [...given.changes(), ...given.changesFor(side)]) {
    if (current === undefined) return undefined
    if (change.fixture !== undefined || change.item !== undefined)
      current = await resources.readBase(change, file, path)
    if (current !== undefined) current = resources.change(current, change, { file, path, of })
  }
  return current
}

async function buildFromStream(
  setting: CaseSetting,
  ingress: 'backfill' | 'reconcile',
  context: FileContext,
): Promise<BuiltRecords | undefined> {
  const { stream, lookups } = setting
  const { spec } = context.parts
  const item = await readItem(setting, 'backfill', context)
  if (item === undefined || stream === undefined) return undefined
  const id = isObject(item) ? asId(await spec.resources.get(stream.resource)?.id.evaluate(item)) : undefined
  const full = listFullLookups(stream, spec)
  // A poll reads the full resource itself.
  const isWhole = ingress === 'reconcile' && full.length > 0
  const body = isWhole ? item : changeItem(item, { remove: stream.lacks ?? [] }, () => {})
  return {
    records: [{ stream: stream.name, body }],
    lookups: id === undefined ? lookups : addFull(lookups, full, id, item),
  }
}

/** The lookups by which metrics read the whole resource of a stream's item. */
const listFullLookups = ({ name }: StreamSpec, { mappings }: Pick<Spec, 'mappings'>): readonly string[] => [
  ...new Set(mappings.flatMap(({ stream }) => (stream?.name === name ? (stream.fetchFull ?? []) : []))),
]

/** The source has the item itself, unless the case says otherwise. */
function addFull(lookups: LookupTables, names: readonly string[], id: string, item: Json): LookupTables {
  const added = names.filter((name) => lookups[name]?.[id] === undefined)
  return {
    ...lookups,
    ...Object.fromEntries(added.map((name) => [name, { ...lookups[name], [id]: item }])),
  }
}
