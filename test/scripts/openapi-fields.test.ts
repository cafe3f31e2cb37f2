/** The fields that an OpenAPI description derives, and the differences from a declaration. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { compareFields, deriveField, type Schemas } from '../../scripts/openapi-fields.ts'

const file = new URL('../fixtures/openapi/desk.yaml', import.meta.url)
const { components } = parse(readFileSync(file, 'utf8')) as { components: { schemas: Schemas } }
const ticket = deriveField(components.schemas.ticket ?? {}, components.schemas, ['ticket'])

test('types, values, lists and units come from the description', () => {
  expect(ticket).toEqual({
    id: 'text',
    state: 'open | closed',
    note: 'text?',
    size: 'number',
    opened_at: 'seconds',
    due: 'date',
    waited: 'duration',
    custom: { '*': null },
    person: { id: 'text?', friends: [null] },
    parts: [{ id: 'text' }],
    assignee: 'text or number',
  })
})

test('what is declared otherwise is a line', () => {
  const declared = {
    id: 'fixed id of ticket',
    state: 'open | solved',
    note: 'text',
    size: 'text',
    opened_at: 'seconds or date',
    due: null,
    custom: { '*': null },
    person: 'text',
    parts: { id: 'text' },
    assignee: 'text or number?',
    own: 'boolean',
  }
  expect(compareFields(declared, ticket, 'ticket')).toEqual([
    'ticket.state: without closed',
    'ticket.note: may be absent by the description',
    'ticket.size: text, and number in the description',
    'ticket.waited: missing, duration',
    'ticket.person: an object in the description',
    'ticket.parts: a list in the description',
  ])
})
