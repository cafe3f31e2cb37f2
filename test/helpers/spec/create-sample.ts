/** A fixture of the kit as a webhook or as an item of a stream, with some values set. */
import { readFileSync } from 'node:fs'
import { changeItem } from '../../../runtime/conformance/cases/change-item.ts'
import type { PreviewInput } from '../../../runtime/mapping/preview.ts'
import type { Json, JsonObject } from '../../../runtime/ports/types.ts'

const WORKSPACE = 'abc123de'

const readFixture = (name: string): Json =>
  JSON.parse(readFileSync(new URL(`../../../conformance/fixtures/${name}`, import.meta.url), 'utf8'))

/** A value by its path, as an expression writes it: `custom_attributes."Order value"`, `$contact.email`. */
export type Setting = readonly [path: string, value: Json]

/** A fixture as the webhook of a topic, or as `history of` a stream, with some values set. */
export function createSample(origin: string, settings: readonly Setting[]): PreviewInput {
  const [resource = ''] = /conversation|ticket|contact|company/.exec(origin) ?? []
  const company = { type: 'company', id: '7100001', contact: { id: '6960000000000000000000a1' } }
  const companies = { data: [{ type: 'company', id: company.id }] }
  const sample = {
    record: resource === 'company' ? company : readFixture(`${resource}.json`),
    $contact: { ...(readFixture('contact.json') as JsonObject), companies },
    $company: company,
  }
  const set = Object.fromEntries(
    settings.map(([path, value]) => [path.startsWith('$') ? path : `record.${path}`, value]),
  )
  const changed = changeItem(sample, { set }, ({ message }) => {
    throw new Error(message)
  })
  const { record: item = null, $contact = null, $company = null } = changed as JsonObject
  const lookups = { ...(readFixture('lookups.json') as JsonObject), contact: [$contact], company: [$company] }
  const [, stream] = /^history of (.+)$/.exec(origin) ?? []
  return stream === undefined
    ? { topic: origin, data: createNotification(origin, item), lookups }
    : { stream, data: item, lookups, workspace: WORKSPACE }
}

function createNotification(topic: string, item: Json): Json {
  const data = { type: 'notification_event_data', item }
  return { type: 'notification_event', app_id: WORKSPACE, id: 'notif_1', topic, created_at: 1768039200, data }
}
