/** The newest delivered state of each contact. */
import { newerState } from '../../lib/contact-state.ts'
import type { ContactState } from '../../ports/types.ts'
import { toInteger } from './row-mapping.ts'
import { statement, statementOfRows } from './statement.ts'
import { all, getEach, runEach, type Steps } from './steps.ts'

interface ContactRow {
  readonly contact: string
  readonly updated_at: number | null
  readonly address: string | null
  readonly profile_id: string | null
  /** JSON. */
  readonly property_times: string | null
}

const CONTACT = statementOfRows(
  { tenant: 'integer', contact: 'text' },
  `SELECT contact, updated_at, address, profile_id, property_times FROM contacts{,}
  WHERE tenant = :tenant AND contact = :contact`,
)

export function* readContacts(tenant: number, contacts: readonly string[]): Steps<readonly ContactState[]> {
  const rows = yield* getEach<ContactRow>(
    CONTACT,
    [...new Set(contacts)].map((contact) => [tenant, contact]),
  )
  return rows.map(contactState)
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

const WRITE = statementOfRows(
  {
    tenant: 'integer',
    contact: 'text',
    updated_at: 'integer',
    address: 'text',
    profile_id: 'text',
    property_times: 'text',
  },
  `INSERT INTO contacts (tenant, contact, updated_at, address, profile_id, property_times)
  {ROW :tenant, :contact, :updated_at, :address, :profile_id, :property_times}
  ON CONFLICT (tenant, contact) DO UPDATE SET updated_at = excluded.updated_at, address = excluded.address,
    profile_id = excluded.profile_id, property_times = excluded.property_times`,
)

/** Keeps the newest of the known states and these. */
export function* writeContacts(tenant: number, states: readonly ContactState[]): Steps<void> {
  if (states.length === 0) return
  const known = yield* readContacts(
    tenant,
    states.map(({ contact }) => contact),
  )
  const before = new Map(known.map((state) => [state.contact, state]))
  const after = new Map(before)
  for (const state of states) after.set(state.contact, newerState(after.get(state.contact), state))
  const changed = [...after.values()].filter((state) => !isSame(before.get(state.contact), state))
  yield* runEach(
    WRITE,
    changed.map(({ contact, updatedAt, address, profileId, propertyTimes }) => [
      tenant,
      contact,
      updatedAt === undefined ? null : toInteger(updatedAt),
      address ?? null,
      profileId ?? null,
      propertyTimes === undefined ? null : JSON.stringify(propertyTimes),
    ]),
  )
}

function isSame(known: ContactState | undefined, next: ContactState): boolean {
  const { updatedAt, address, profileId, propertyTimes } = next
  const unchanged = known?.updatedAt === updatedAt && known?.address === address && known?.profileId === profileId
  return known !== undefined && unchanged && known.propertyTimes === propertyTimes
}

// A union, so that each half uses its index.
const SHARING = statement(`
  SELECT other.contact FROM contacts own JOIN contacts other
    ON other.tenant = own.tenant AND other.profile_id = own.profile_id
  WHERE own.tenant = ?1 AND own.contact = ?2 AND other.contact <> ?2
  UNION
  SELECT other.contact FROM contacts own JOIN contacts other ON other.tenant = own.tenant AND other.address = own.address
  WHERE own.tenant = ?1 AND own.contact = ?2 AND other.contact <> ?2
  LIMIT ?3`)

export function* contactsSharing(tenant: number, contact: string, limit: number): Steps<readonly string[]> {
  return (yield* all<{ contact: string }>(SHARING, tenant, contact, Math.max(0, limit))).map((row) => row.contact)
}
