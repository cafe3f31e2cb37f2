/** The idempotency keys of events: those delivered, and the notes of those that are about to be sent. */
import type { EventSend, Profile } from '../../ports/types.ts'
import { statement, statementOfRows } from './statement.ts'
import { all, insertEach, run, runEach, type Steps } from './steps.ts'

// One parameter for any number of keys, so one prepared statement serves every call.
const DELIVERED = statement(({ texts }) => `SELECT key FROM delivered_keys WHERE tenant = ?1 AND key IN ${texts('?2')}`)
const IS_DELIVERED = statement('SELECT key FROM delivered_keys WHERE tenant = ?1 AND key = ?2')

export function* filterDelivered(tenant: number, keys: readonly string[]): Steps<ReadonlySet<string>> {
  const rows =
    keys.length === 1 // once for each delivered event: takes a quarter of the time
      ? yield* all<{ key: string }>(IS_DELIVERED, tenant, keys[0] ?? '')
      : yield* all<{ key: string }>(DELIVERED, tenant, JSON.stringify(keys))
  return new Set(rows.map(({ key }) => key))
}

export interface DeliveredKey {
  readonly key: string
  /** The record that delivered its event first. */
  readonly seq: number
}

const INSERT_DELIVERED = statementOfRows(
  { tenant: 'integer', key: 'text', delivered_at: 'integer', seq: 'integer' },
  ({ unlessExists }) => `INSERT INTO delivered_keys (tenant, key, delivered_at, seq)
  {ROW :tenant, :key, :delivered_at, :seq} ${unlessExists('delivered_keys', ['tenant', 'key'])} {RETURNING key}`,
)

/** Adds keys, each once. Returns those that were new. */
export function* insertDelivered(
  tenant: number,
  keys: readonly DeliveredKey[],
  now: number,
): Steps<ReadonlySet<string>> {
  const rows = yield* insertEach(
    INSERT_DELIVERED,
    keys.map(({ key, seq }) => [tenant, key, now, seq]),
    (index) => ({ key: keys[index]?.key ?? '' }),
  )
  return new Set(rows.map(({ key }) => key))
}

interface SendRow {
  readonly key: string
  readonly contact: string | null
  readonly identifiers: string
}

const SENDS = statement(
  ({ texts }) => `SELECT key, contact, identifiers FROM sends WHERE tenant = ?1 AND key IN ${texts('?2')}`,
)

export function* readSends(tenant: number, keys: readonly string[]): Steps<readonly EventSend[]> {
  const rows = yield* all<SendRow>(SENDS, tenant, JSON.stringify(keys))
  return rows.map(({ key, contact, identifiers }) => ({
    key,
    ...(contact !== null && { contact }),
    identifiers: JSON.parse(identifiers) as Profile,
  }))
}

const BEGIN_SENDS = statementOfRows(
  { tenant: 'integer', key: 'text', contact: 'text', identifiers: 'text', sent_at: 'integer' },
  `INSERT INTO sends (tenant, key, contact, identifiers, sent_at) {ROW :tenant, :key, :contact, :identifiers, :sent_at}
  ON CONFLICT (tenant, key) DO NOTHING`,
)

/** Notes the sends of new keys. Returns the earlier notes of the others. */
export function* beginSends(tenant: number, sends: readonly EventSend[], now: number): Steps<readonly EventSend[]> {
  const known = yield* readSends(
    tenant,
    sends.map(({ key }) => key),
  )
  if (known.length < sends.length)
    yield* runEach(
      BEGIN_SENDS,
      sends.map(({ key, contact, identifiers }) => [tenant, key, contact ?? null, JSON.stringify(identifiers), now]),
    )
  return known
}

const FORGET_SENDS = statement(({ texts }) => `DELETE FROM sends WHERE tenant = ?1 AND key IN ${texts('?2')}`)

export function* forgetSends(tenant: number, keys: readonly string[]): Steps<void> {
  if (keys.length > 0) yield* run(FORGET_SENDS, tenant, JSON.stringify(keys))
}

const MOVE_SENDS = statement('UPDATE sends SET identifiers = ?3 WHERE tenant = ?1 AND contact = ?2')

/** The table is small: it holds what is being sent, and what may have been. */
export function moveSends(tenant: number, contact: string, identifiers: Profile): Steps<void> {
  return run(MOVE_SENDS, tenant, contact, JSON.stringify(identifiers))
}

const PRUNE_SENDS = statement('DELETE FROM sends WHERE tenant = ?1 AND sent_at < ?2')

export const pruneSends = (tenant: number, before: number): Steps<void> => run(PRUNE_SENDS, tenant, before)
