/** Notes of a preview about wrong input: lookups that are misspelt or have the wrong shape. */
import { beforeAll, expect, test } from 'vitest'
import { intercomToKlaviyo, loadConnectorSpec } from '../../../connector/index.ts'
import type { Json } from '../../../runtime/ports/types.ts'
import type { Spec } from '../../../runtime/spec/spec.ts'

let spec: Spec
beforeAll(async () => {
  spec = await loadConnectorSpec()
})

const ticket = { id: '1', ticket_id: '9', contacts: { contacts: [] }, created_at: 1_768_031_789 }
const nothing = 'no item of stream tickets found: pass a page of it, a list, or one item with its id'

const cases: readonly (readonly [what: string, data: Json, lookups: Json | undefined, notes: readonly string[]])[] = [
  ['an item', ticket, undefined, []],
  ['a list', [ticket], undefined, []],
  ['a page', { type: 'ticket.list', tickets: [ticket] }, undefined, []],
  ['an empty list', [], undefined, [nothing]],
  ['a page of another stream', { conversations: [ticket] }, undefined, [nothing]],
  ['a text', 'ticket', undefined, [nothing]],
  ['lookups by name, or its plural', ticket, { admin: [], teams: [] }, []],
  [
    'a misspelt lookup',
    ticket,
    { admni: [] },
    ['the given lookups hold "admni", but there is no such lookup; did you mean "admin"?'],
  ],
  [
    'lookups without names',
    ticket,
    [{ id: '7' }],
    [expect.stringMatching(/^the given lookups are not keyed by .*: .*contact/)],
  ],
]

test.each(cases)('notes %s', async (_, data, lookups, notes) => {
  const connector = await intercomToKlaviyo({ settings: { spec } })
  const preview = await connector.preview({ stream: 'tickets', data, ...(lookups !== undefined && { lookups }) })
  expect(preview.notes).toEqual(notes)
})
