/** Mapping cases: tables in YAML, turned into the input of a webhook or of a page. */
import { readdirSync, readFileSync } from 'node:fs'
import { parse } from 'yaml'
import type { PreviewInput } from '../../../runtime/mapping/preview.ts'
import type { Json, JsonObject } from '../../../runtime/ports/types.ts'

/** Paths to set and to remove. A number in a path is an index. */
interface Change {
  readonly set?: JsonObject
  readonly drop?: readonly string[]
}

/** The event or profile a case expects. See `test/mappings/README.md`. */
export interface ExpectedEvent {
  readonly key?: string
  readonly time?: string
  readonly contact?: string
  readonly properties?: JsonObject
  readonly has?: JsonObject
  readonly without?: readonly string[]
  readonly skipped?: string
}

export interface EventCase extends Change {
  readonly name: string
  readonly contact?: Change
  readonly webhook?: Change & { readonly at?: string }
  readonly events?: readonly ExpectedEvent[]
  readonly webhookEvents?: readonly ExpectedEvent[]
  readonly streamEvents?: readonly ExpectedEvent[]
}

export interface EventTable {
  readonly metric: string
  readonly topic: string
  readonly stream?: string
  readonly fixture: string
  readonly wrap?: boolean
  readonly cases: readonly EventCase[]
}

export interface ProfileCase extends Change, Pick<ExpectedEvent, 'has' | 'without' | 'skipped'> {
  readonly name: string
  readonly topic?: string
  readonly item?: JsonObject
  readonly wrap?: JsonObject
  readonly lookups?: JsonObject
  readonly profile?: JsonObject
}

export interface ProfileTable {
  readonly fixture: string
  readonly topic: string
  readonly cases: readonly ProfileCase[]
}

export const WORKSPACE = 'abc123de'

const relative = (path: string) => new URL(path, import.meta.url)
const readFixture = (name: string): Json =>
  JSON.parse(readFileSync(relative(`../../../conformance/fixtures/${name}`), 'utf8'))
const readTable = (name: string) => parse(readFileSync(relative(`../../mappings/${name}`), 'utf8'))

export function readEventTables(): readonly EventTable[] {
  const names = readdirSync(relative('../../mappings/')).filter(
    (name) => name.endsWith('.yaml') && name !== 'profile.yaml',
  )
  return names.map(readTable)
}

export const readProfileTable = (): ProfileTable => readTable('profile.yaml')

/** The webhook of a case, created at 10:00 on 10 January 2026. */
export function toWebhook(table: EventTable, one: EventCase): PreviewInput {
  const current = applyChange(readFixture(table.fixture), one)
  const whenSent = one.webhook?.at === undefined ? current : withPartsUpTo(current, one.webhook.at)
  const item = applyChange(whenSent, one.webhook ?? {})
  const data = table.wrap ? { type: 'ticket_ticket_part', ticket: item, ticket_part: partsOf(whenSent).at(-1) } : item
  return { topic: table.topic, data: createNotification(table.topic, data), lookups: createLookups(one.contact) }
}

/** The record of a case in a page of its stream. */
export function toStreamRecord(table: EventTable, one: EventCase): PreviewInput {
  const item = applyChange(readFixture(table.fixture), one)
  return { stream: table.stream ?? '', data: item, lookups: createLookups(one.contact), workspace: WORKSPACE }
}

export function toContactWebhook(table: ProfileTable, one: ProfileCase): PreviewInput {
  const topic = one.topic ?? table.topic
  const contact = one.item ?? applyChange(readFixture(table.fixture), one)
  const data = createNotification(topic, one.wrap ? { ...one.wrap, contact } : contact)
  return { topic, data, lookups: { ...createLookups(undefined), ...one.lookups } }
}

/** A value by its path, as an expression writes it: `custom_attributes."Order value"`, `$contact.email`. */
export type Setting = readonly [path: string, value: Json]

/** A fixture as the webhook of a topic, or as `history of` a stream, with some values set. */
export function createSample(origin: string, settings: readonly Setting[]): PreviewInput {
  const [resource = ''] = /conversation|ticket|contact|company/.exec(origin) ?? []
  const company = { type: 'company', id: '7100001', contact: { id: '6960000000000000000000a1' } }
  const { contact: contacts, ...others } = createLookups({
    set: { companies: { data: [{ type: 'company', id: company.id }] } },
  })
  const [contact = null] = contacts as readonly Json[]
  const sample: Record<string, Json> = {
    record: resource === 'company' ? company : readFixture(`${resource}.json`),
    $contact: contact,
    $company: company,
  }
  for (const [path, value] of settings) {
    const names = (path.match(/"[^"]+"|[^."]+/g) ?? []).map((name) => name.replaceAll('"', ''))
    setPath(sample, path.startsWith('$') ? names : ['record', ...names], value)
  }
  const { record: item = null, $contact = null, $company = null } = sample
  const lookups = { ...others, contact: [$contact], company: [$company] }
  const [, stream] = /^history of (.+)$/.exec(origin) ?? []
  return stream === undefined
    ? { topic: origin, data: createNotification(origin, item), lookups }
    : { stream, data: item, lookups, workspace: WORKSPACE }
}

function createNotification(topic: string, item: Json | undefined): Json {
  const data = { type: 'notification_event_data', item }
  return { type: 'notification_event', app_id: WORKSPACE, id: 'notif_1', topic, created_at: 1768039200, data }
}

/** The contact of the fixtures, and a second one who must get none of the events. */
function createLookups(change: Change | undefined): JsonObject {
  const contact = applyChange(readFixture('contact.json'), change ?? {})
  const other = { type: 'contact', id: '6960000000000000000000ff', email: 'other@harbourlight.shop' }
  return { ...(readFixture('lookups.json') as JsonObject), contact: [contact, other] }
}

const partsOf = (ticket: Json) => (ticket as { ticket_parts: { ticket_parts: Json[] } }).ticket_parts.ticket_parts

/** The ticket at the time when the part with this id was the newest; its counts stay current. */
function withPartsUpTo(ticket: Json, id: string): Json {
  const parts = partsOf(ticket)
  const last = parts.findIndex((part) => (part as JsonObject).id === id)
  return applyChange(ticket, { set: { 'ticket_parts.ticket_parts': parts.slice(0, last + 1) } })
}

function applyChange(value: Json, { set = {}, drop = [] }: Change): Json {
  const copy = structuredClone(value) as JsonObject
  for (const [path, to] of Object.entries(set)) setPath(copy, path.split('.'), to)
  for (const path of drop) setPath(copy, path.split('.'), undefined)
  return JSON.parse(JSON.stringify(copy))
}

/** Undefined removes a member, by JSON's rules, or an item, by shortening its list. */
function setPath(holder: unknown, [name = '', ...rest]: readonly string[], value: Json | undefined): void {
  const target = holder as Record<string, unknown>
  if (rest.length > 0) setPath(target[name], rest, value)
  else if (Array.isArray(holder) && value === undefined) holder.splice(Number(name), 1)
  else target[name] = value
}
