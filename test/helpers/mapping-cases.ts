/** The mapping cases: tables in YAML, read, and made into what a webhook or a page would hold. */
import { readdirSync, readFileSync } from 'node:fs'
import { parse } from 'yaml'
import type { PreviewInput } from '../../runtime/mapping/preview.ts'
import type { Json, JsonObject } from '../../runtime/ports/types.ts'

/** Paths given another value, and paths taken out. A number in a path is an index. */
interface Change {
  readonly set?: JsonObject
  readonly drop?: readonly string[]
}

/** An event, or a profile, as a case expects it. See `test/mappings/README.md`. */
export interface Expected {
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
  readonly events?: readonly Expected[]
  readonly webhookEvents?: readonly Expected[]
  readonly streamEvents?: readonly Expected[]
}

export interface EventTable {
  readonly metric: string
  readonly topic: string
  readonly stream?: string
  readonly fixture: string
  readonly wrap?: boolean
  readonly cases: readonly EventCase[]
}

export interface ProfileCase extends Change, Pick<Expected, 'has' | 'without' | 'skipped'> {
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

const here = (path: string) => new URL(path, import.meta.url)
const fixture = (name: string): Json => JSON.parse(readFileSync(here(`../fixtures/intercom/${name}`), 'utf8'))
const table = (name: string) => parse(readFileSync(here(`../mappings/${name}`), 'utf8'))

export function eventTables(): readonly EventTable[] {
  const names = readdirSync(here('../mappings/')).filter((name) => name.endsWith('.yaml') && name !== 'profile.yaml')
  return names.map(table)
}

export const profileTable = (): ProfileTable => table('profile.yaml')

/** What a webhook of this case holds. Its notification is made at 10:00 on 10 January 2026. */
export function webhookOf(of: EventTable, one: EventCase): PreviewInput {
  const whole = changed(fixture(of.fixture), one)
  const upTo = one.webhook?.at === undefined ? whole : cut(whole, one.webhook.at)
  const item = changed(upTo, one.webhook ?? {})
  const data = of.wrap ? { type: 'ticket_ticket_part', ticket: item, ticket_part: partsOf(upTo).at(-1) } : item
  return { topic: of.topic, data: notification(of.topic, data), lookups: lookupsOf(one.contact) }
}

/** What a page of history holds of this case. */
export function pageOf(of: EventTable, one: EventCase): PreviewInput {
  const item = changed(fixture(of.fixture), one)
  return { stream: of.stream ?? '', data: item, lookups: lookupsOf(one.contact), workspace: WORKSPACE }
}

export function contactWebhookOf(of: ProfileTable, one: ProfileCase): PreviewInput {
  const topic = one.topic ?? of.topic
  const contact = one.item ?? changed(fixture(of.fixture), one)
  const data = notification(topic, one.wrap ? { ...one.wrap, contact } : contact)
  return { topic, data, lookups: { ...lookupsOf(undefined), ...one.lookups } }
}

function notification(topic: string, item: Json | undefined): Json {
  const data = { type: 'notification_event_data', item }
  return { type: 'notification_event', app_id: WORKSPACE, id: 'notif_1', topic, created_at: 1768039200, data }
}

/** The contact of the fixtures, and a second one whose events they must not become. */
function lookupsOf(change: Change | undefined): JsonObject {
  const contact = changed(fixture('contact.json'), change ?? {})
  const other = { type: 'contact', id: '6960000000000000000000ff', email: 'other@harbourlight.shop' }
  return { ...(fixture('lookups.json') as JsonObject), contact: [contact, other] }
}

const partsOf = (ticket: Json) => (ticket as { ticket_parts: { ticket_parts: Json[] } }).ticket_parts.ticket_parts

/** The ticket as it was when the part of this id was the newest; counts are left as they are now. */
function cut(ticket: Json, id: string): Json {
  const parts = partsOf(ticket)
  const last = parts.findIndex((part) => (part as JsonObject).id === id)
  return changed(ticket, { set: { 'ticket_parts.ticket_parts': parts.slice(0, last + 1) } })
}

function changed(value: Json, { set = {}, drop = [] }: Change): Json {
  const copy = structuredClone(value) as JsonObject
  for (const [path, to] of Object.entries(set)) put(copy, path.split('.'), to)
  for (const path of drop) put(copy, path.split('.'), undefined)
  return JSON.parse(JSON.stringify(copy))
}

/** Undefined takes it out, of an object by JSON's rules, of a list by shortening it. */
function put(into: unknown, [name = '', ...rest]: readonly string[], value: Json | undefined): void {
  const target = into as Record<string, unknown>
  if (rest.length > 0) put(target[name], rest, value)
  else if (Array.isArray(into) && value === undefined) into.splice(Number(name), 1)
  else target[name] = value
}
