/** Values by name: checkpoints, cached lookups, the keys of sent and delivered events, and the states of contacts. */
import { newerState } from '../../lib/contact-state.ts'
import type { CacheEntry } from '../../ports/store.ts'
import type { ContactState, EventSend, Json, Profile } from '../../ports/types.ts'
import type { Connection } from './connection.ts'
import { toInteger } from './row-mapping.ts'

export function readCheckpoint(db: Connection, name: string): Json | undefined {
  const row = db.get<{ value: string }>('SELECT value FROM checkpoints WHERE name = ?', name)
  return row && (JSON.parse(row.value) as Json)
}

/** Writes a checkpoint, or removes it when its value is undefined. */
export function writeCheckpoint(db: Connection, { name, value }: { name: string; value: Json | undefined }): void {
  if (value === undefined) db.run('DELETE FROM checkpoints WHERE name = ?', name)
  else db.run('INSERT OR REPLACE INTO checkpoints (name, value) VALUES (?, ?)', name, JSON.stringify(value))
}

/** Writes `to` if the value is `from`. Returns whether it was. */
export function swapCheckpoint(
  db: Connection,
  name: string,
  { from, to }: { readonly from: string | undefined; readonly to: string | undefined },
): boolean {
  const matches = readCheckpoint(db, name) === from
  if (matches) writeCheckpoint(db, { name, value: to })
  return matches
}

const CACHED = 'SELECT key, value, fetched_at FROM cache WHERE namespace = ? AND key = ?'

export function readCache(db: Connection, namespace: string, keys: readonly string[]): CacheEntry[] {
  return [...new Set(keys)].flatMap((key) => {
    const row = db.get<{ key: string; value: string; fetched_at: number }>(CACHED, namespace, key)
    return row === undefined ? [] : [{ key: row.key, value: JSON.parse(row.value) as Json, at: row.fetched_at }]
  })
}

export function writeCache(db: Connection, namespace: string, { key, value, at }: CacheEntry): void {
  // Null: the source is known to have no such record.
  const json = JSON.stringify(value ?? null)
  const sql = 'INSERT OR REPLACE INTO cache (namespace, key, value, fetched_at) VALUES (?, ?, ?, ?)'
  db.run(sql, namespace, key, json, toInteger(at))
}

export function deleteCache(db: Connection, namespace: string, keys?: readonly string[]): void {
  if (keys === undefined) db.run('DELETE FROM cache WHERE namespace = ?', namespace)
  else for (const key of keys) db.run('DELETE FROM cache WHERE namespace = ? AND key = ?', namespace, key)
}

// One parameter for any number of keys, so one prepared statement serves every call.
const DELIVERED = 'SELECT key FROM delivered_keys WHERE key IN (SELECT value FROM json_each(?))'

export function filterDelivered(db: Connection, keys: readonly string[]): Set<string> {
  const rows =
    keys.length === 1 // once for each delivered event: takes a quarter of the time
      ? db.all<{ key: string }>('SELECT key FROM delivered_keys WHERE key = ?', keys[0] ?? '')
      : db.all<{ key: string }>(DELIVERED, JSON.stringify(keys))
  return new Set(rows.map(({ key }) => key))
}

interface SendRow {
  readonly key: string
  readonly contact: string | null
  readonly identifiers: string
}

const SENDS = 'SELECT key, contact, identifiers FROM sends WHERE key IN (SELECT value FROM json_each(?))'

export function readSends(db: Connection, keys: readonly string[]): EventSend[] {
  return db.all<SendRow>(SENDS, JSON.stringify(keys)).map(({ key, contact, identifiers }) => ({
    key,
    ...(contact !== null && { contact }),
    identifiers: JSON.parse(identifiers) as Profile,
  }))
}

const BEGIN_SENDS = `
  INSERT OR IGNORE INTO sends (key, contact, identifiers, sent_at)
  SELECT value ->> 0, value ->> 1, value ->> 2, ?2 FROM json_each(?1)`

/** Notes the sends of new keys. Returns the earlier notes of the others. */
export function beginSends(db: Connection, sends: readonly EventSend[], now: number): EventSend[] {
  const keys = sends.map(({ key }) => key)
  const rows = sends.map(({ key, contact, identifiers }) => [key, contact ?? null, JSON.stringify(identifiers)])
  const known = readSends(db, keys)
  if (known.length < sends.length) db.run(BEGIN_SENDS, JSON.stringify(rows), now)
  return known
}

const FORGET_SENDS = 'DELETE FROM sends WHERE key IN (SELECT value FROM json_each(?))'

export function forgetSends(db: Connection, keys: readonly string[]): void {
  if (keys.length > 0) db.run(FORGET_SENDS, JSON.stringify(keys))
}

/** The table is small: it holds what is being sent, and what may have been. */
export function moveSends(db: Connection, contact: string, identifiers: Profile): void {
  db.run('UPDATE sends SET identifiers = ? WHERE contact = ?', JSON.stringify(identifiers), contact)
}

export function pruneSends(db: Connection, before: number): void {
  db.run('DELETE FROM sends WHERE sent_at < ?', before)
}

interface ContactRow {
  readonly contact: string
  readonly updated_at: number | null
  readonly address: string | null
  readonly profile_id: string | null
  /** JSON. */
  readonly property_times: string | null
}

const CONTACT = 'SELECT contact, updated_at, address, profile_id, property_times FROM contacts WHERE contact = ?'

export function readContacts(db: Connection, contacts: readonly string[]): ContactState[] {
  return [...new Set(contacts)].flatMap((contact) => {
    const row = db.get<ContactRow>(CONTACT, contact)
    return row === undefined ? [] : [contactState(row)]
  })
}

const contactState = ({
  contact,
  updated_at: updatedAt,
  address,
  profile_id: profileId,
  property_times: times,
}: ContactRow): ContactState => ({
  contact,
  ...(updatedAt !== null && { updatedAt }),
  ...(address !== null && { address }),
  ...(profileId !== null && { profileId }),
  ...(times !== null && { propertyTimes: JSON.parse(times) }),
})

const WRITE_CONTACT = `INSERT OR REPLACE INTO contacts (contact, updated_at, address, profile_id, property_times)
  VALUES (?, ?, ?, ?, ?)`

/** Keeps the newer of the known state and this one. */
export function writeContact(db: Connection, next: ContactState): void {
  const [known] = readContacts(db, [next.contact])
  const { contact, updatedAt, address, profileId, propertyTimes } = newerState(known, next)
  const unchanged = known?.updatedAt === updatedAt && known?.address === address && known?.profileId === profileId
  if (known !== undefined && unchanged && known.propertyTimes === propertyTimes) return
  const time = updatedAt === undefined ? null : toInteger(updatedAt)
  const times = propertyTimes === undefined ? null : JSON.stringify(propertyTimes)
  db.run(WRITE_CONTACT, contact, time, address ?? null, profileId ?? null, times)
}

// A union, so that each half uses its index.
const SHARING = `
  SELECT other.contact FROM contacts own JOIN contacts other ON other.profile_id = own.profile_id
  WHERE own.contact = ?1 AND other.contact <> ?1
  UNION
  SELECT other.contact FROM contacts own JOIN contacts other ON other.address = own.address
  WHERE own.contact = ?1 AND other.contact <> ?1
  LIMIT ?2`

export function contactsSharing(db: Connection, contact: string, limit: number): string[] {
  return db.all<{ contact: string }>(SHARING, contact, Math.max(0, limit)).map((row) => row.contact)
}
