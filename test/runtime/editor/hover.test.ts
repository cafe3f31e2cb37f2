/** Hover on fields, variables and functions, and the places that define what is named. */
import { describe, expect, test } from 'vitest'
import { definitionAt } from '../../../runtime/editor/definition.ts'
import { hoverAt } from '../../../runtime/editor/hover.ts'
import { change, model, property, typedFile } from '../../helpers/editor/typed-file.ts'

describe('hover shows', () => {
  test.each<[string, string, string | RegExp]>([
    [
      'ticket_state.cat|^|egory',
      'ticket.ticket_state.category: "submitted" | "in_progress" | "waiting_on_customer" | "resolved"',
      /= "submitted"/,
    ],
    [
      '$part.created_at|^|',
      'ticket.ticket_parts.ticket_parts.created_at: a time in seconds',
      /never changes.*1768031789/,
    ],
    ['$part.author.i|^|d', 'ticket.ticket_parts.ticket_parts.author.id: text', /^Id of `contact` or/],
    ['admin_assi|^|gnee_id', 'ticket.admin_assignee_id: a number or text', /fields.yaml: text before 2.16$/],
    ['snoozed|^|_until', 'ticket.snoozed_until: a time in seconds', /may be absent/],
    ['contacts.|^|contacts.id', 'ticket.contacts.contacts: list of { … }', /`external_id`/],
    ['"😀" & $contact.em|^|ail', 'contact.email: text', ''],
    ['$adm|^|in.name', '$admin', /Fetched by `admin_assignee_id` of the record\. Absent without.*One request for all/],
    ['$pa|^|rt.id', '$part', /an item of what `each` gives/],
    ['($own := title; $ow|^|n)', '$own', 'A name of this expression.'],
    ['$substr|^|ing(category, 1)', '$substring(text, start[, length])', /A part of the text/],
    ['|^|$email($contact.email)', '$email: <x?:s>', /gives `"ann@shop.ie"`/],
  ])('%s', (line, title, text) => {
    const { file, offset } = property(line)
    const found = hoverAt(file, offset, model)
    expect(found?.title).toBe(title)
    expect(found?.text).toMatch(text)
  })

  test.each([
    '"tit|^|le"',
    'titel|^|',
    '/* id|^| */ id',
    '$unknown|^|(1)',
    '1|^|2',
    '$contact.custom_attributes.Pl|^|an',
  ])('nothing for %s', (line) => {
    const { file, offset } = property(line)
    expect(hoverAt(file, offset, model)).toBeUndefined()
  })
})

test('hover explains the keys of a file that names no schema', () => {
  const hover = (text: string) => {
    const { file, offset } = typedFile('mappings/new.yaml', text)
    return hoverAt(file, offset, model)
  }
  expect(hover('tim|^|e: x\n')).toMatchObject({
    title: 'time: an expression',
    text: expect.stringMatching(/^Time of the occurrence/),
  })
  expect(hover('# yaml-language-server: $schema=a.json\ntim|^|e: x\n')).toBeUndefined()
})

describe('the definition of', () => {
  const path = 'mappings/replied-to-ticket.yaml'
  test.each<[string, ReturnType<typeof property>, string]>([
    ['a variable', property('$adm|^|in.name'), 'connector.yaml: admin:'],
    ['a field', property('$contact.em|^|ail'), 'fields.yaml: email:'],
    ['a field of a list', property('$part.part_ty|^|pe'), 'fields.yaml: part_type:'],
    ['a property set', change(path, '[_ticket]', '[_tic|^|ket]'), 'mappings/_ticket.yaml: #'],
    ['a stream', change(path, 'stream: tickets', 'stream: tic|^|kets'), 'connector.yaml: tickets:'],
    ['a resource', change(path, 'resource: ticket', 'resource: tic|^|ket'), 'connector.yaml: ticket:'],
    [
      'a topic',
      change(path, '[ticket.contact.replied]', '[ticket.contact.|^|replied]'),
      'connector.yaml: ticket.contact.replied',
    ],
    [
      'a lookup',
      change('mappings/replied-to-conversation.yaml', 'fetchFull: conversation', 'fetchFull: con|^|versation'),
      'connector.yaml: conversation:',
    ],
    [
      'a metric',
      change('recipes/low-rating.yaml', 'metric: Rated', 'metric: Ra|^|ted'),
      'mappings/rated-conversation.yaml: Rated Conversation',
    ],
    [
      'an attribute',
      change('mappings/profile.yaml', '[email, phone_number]', '[email, phone_|^|number]'),
      'mappings/profile.yaml: phone_number:',
    ],
    ['a file', change('connector.yaml', 'knownFields: fields', 'knownFields: fie|^|lds'), 'fields.yaml: #'],
  ])('%s', (_, { file, offset }, expected) => {
    const found = definitionAt(file, offset, model)
    const text = found?.file.text.slice(found.span[0]) ?? ''
    expect(`${found?.file.path}: ${text}`.startsWith(expected)).toBe(true)
  })

  test.each(['($own := title; $ow|^|n)', '"tit|^|le"', '$email|^|(id)', 'titel|^|'])('nothing for %s', (line) => {
    const { file, offset } = property(line)
    expect(definitionAt(file, offset, model)).toBeUndefined()
  })
})
