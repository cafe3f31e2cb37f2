/** The small spec of the diagnostics with some records, for cases about cases. */

import type { LoadCasesParts } from '../../../runtime/conformance/cases/load-cases.ts'
import type { MapEngineParts } from '../../../runtime/conformance/engine/map-engine.ts'
import { FAULT_CODES } from '../../../runtime/fault-codes.ts'
import { loadSpec } from '../../../runtime/spec/load.ts'
import { functions } from '../spec/spec-functions.ts'

const ticket = {
  type: 'ticket',
  id: '7',
  title: 'Where is my parcel?',
  team_id: '50',
  custom: {},
  rating: null,
  people: [{ id: 'a1' }],
  parts: [
    { id: 'p1', created_at: 1768039000, body: 'Hello?', author: { type: 'person', id: 'a1' } },
    { id: 'p2', created_at: 1768039100, state: 'resolved' },
  ],
  tags: [{ name: 'VIP' }],
}

const notification = { id: 'n1', topic: 'ticket.created', account: 'acme', created_at: 1768039300, data: ticket }

const person = {
  id: 'a1',
  email: 'ada@example.com',
  role: 'user',
  phone: null,
  address: { city: 'Cork', country: 'IE' },
}

/** By path, beside the case files in `tests/`. */
const files: Readonly<Record<string, string>> = {
  'tests/ticket.json': JSON.stringify(ticket),
  'tests/person.json': JSON.stringify(person),
  'tests/notification.json': JSON.stringify(notification),
  'tests/webhooks.json': JSON.stringify([{ at: '2026-01-10T10:01:40.000Z', body: notification }]),
  'tests/lookups.json': JSON.stringify({ contact: [person], teams: { 50: { id: '50', name: 'Orders' } } }),
  'tests/broken.json': '{ "id": 7,',
}

const { spec, diagnostics, declarations } = await loadSpec(new URL('../../diagnostics/spec/', import.meta.url), {
  functions,
})
if (spec === undefined)
  throw new Error(`the small spec has errors: ${diagnostics.map(({ message }) => message).join()}`)

export const caseParts: LoadCasesParts = {
  spec,
  functions,
  faultCodes: FAULT_CODES.map(({ code }) => code),
  ...(declarations && { fields: declarations.fields }),
  readFile: async (path) => files[path],
}

export const engineParts: MapEngineParts = { spec, fit: (message) => ({ message, changes: [] }) }
