/** Keys against the shipped list of fields: those that never change pass, any other is reported at its place. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { functions } from '../../../connector/functions/index.ts'
import type { Diagnostic } from '../../../runtime/spec/diagnostic.ts'
import { loadSpec } from '../../../runtime/spec/load.ts'
import { openSpecFolder, type SpecFiles } from '../../../runtime/spec/spec-files.ts'

const root = new URL('../../../', import.meta.url)
const shipped = openSpecFolder(root)

/** What a key can read depends on where its metric finds its events. */
const METRICS = {
  'a conversation': { resource: 'conversation', from: '{ stream: conversations }', each: undefined },
  'a conversation part': {
    resource: 'conversation',
    from: '{ stream: { name: conversations, fetchFull: conversation } }',
    each: 'conversation_parts.conversation_parts[part_type = "close"]',
  },
  'a live conversation': {
    resource: 'conversation',
    from: '{ webhook: { topics: [conversation.read] } }',
    each: undefined,
  },
  'a live conversation part': {
    resource: 'conversation',
    from: '{ webhook: { topics: [conversation.admin.closed] } }',
    each: 'conversation_parts.conversation_parts[-1]',
  },
  'a tag': { resource: 'conversation', from: '{ stream: conversations }', each: 'tags.tags' },
  'a tag name': { resource: 'conversation', from: '{ stream: conversations }', each: 'tags.tags.name' },
  'an object': {
    resource: 'ticket',
    from: '{ stream: tickets }',
    each: 'ticket_parts.ticket_parts.{ "part": id, "now": $$.open, "author": author }',
  },
  'one of two objects': {
    resource: 'conversation',
    from: '{ stream: conversations }',
    each: '[open ? { "id": id, "now": title }, { "id": created_at, "time": updated_at }]',
  },
  'a sum': {
    resource: 'ticket',
    from: '{ stream: tickets }',
    each: '$map(ticket_parts.ticket_parts[ticket_state], function($one) { $one.id & $one.ticket_state })',
  },
  'a ticket': { resource: 'ticket', from: '{ stream: tickets }', each: undefined },
  'a ticket part': {
    resource: 'ticket',
    from: '{ stream: tickets }',
    each: '$append(ticket_parts.ticket_parts[ticket_state], ticket_parts.ticket_parts[part_type = "close"])',
  },
  'a contact': { resource: 'contact', from: '{ webhook: { topics: [contact.user.created] } }', each: undefined },
} as const

type MetricName = keyof typeof METRICS

/** Keys that never change, and keys that do with the field that changes. */
const KEYS: readonly (readonly [MetricName, string, string?])[] = [
  ['a conversation', 'id'],
  ['a conversation', 'created_at'],
  ['a conversation', 'id & ":" & created_at'],
  ['a conversation', '$string(id)'],
  ['a conversation', '"v2-" & id'],
  ['a conversation', '$$.id'],
  ['a conversation', '$.id'],
  ['a conversation', '`id`'],
  ['a conversation', '"fixed"'],
  ['a conversation', 'source.id'],
  ['a conversation', 'source.type'],
  ['a conversation', 'source.delivered_as'],
  ['a conversation', 'channel.initial'],
  ['a conversation', 'conversation_rating.created_at'],
  ['a conversation', 'first_contact_reply.created_at'],
  ['a conversation', 'ai_agent.created_at'],
  ['a conversation', '[conversation_rating.created_at, created_at][0]'],
  ['a conversation', '[ai_agent.created_at, conversation_rating.created_at][-1]'],
  ['a conversation', '$substringBefore($datetime([conversation_rating.created_at, created_at][0]), ".")'],
  ['a conversation', 'conversation_rating.created_at ?? created_at'],
  ['a conversation', 'conversation_rating.created_at ?: created_at'],
  ['a conversation', 'conversation_rating ? conversation_rating.created_at : created_at'],
  ['a conversation', '$exists(conversation_rating) ? conversation_rating.created_at : created_at'],
  ['a conversation', 'source.type = "email" ? source.id : id'],
  ['a conversation', '$not($exists(source)) and created_at > 0 ? id : source.id'],
  ['a conversation', '($at := conversation_rating.created_at; $at ? $at : created_at)'],
  ['a conversation', '($unused := title; id)'],
  ['a conversation', '($name := function($record) { $record.id & "x" }; $name($))'],
  ['a conversation', '($clean := $trim ~> $lowercase; $clean(id))'],
  ['a conversation', '($clean := source.type = "email" ? $trim : $lowercase; $clean(id))'],
  ['a conversation', 'id ~> $string ~> $uppercase'],
  ['a conversation', 'function($x) { $x & created_at }(id)'],
  ['a conversation', '$join([id, $string(created_at)], "-")'],
  ['a conversation', '$split(id, "-")[0]'],
  ['a conversation', '[id, created_at][$exists($)][0]'],
  ['a conversation', '$lookup(source, "id")'],
  ['a conversation', '{ "a": id, "b": title }.a'],
  ['a conversation', '$map([id, created_at], $string)[0]'],
  ['a conversation', 'source.$string(id)'],
  ['a conversation', 'source.id.$substring(0, 5)'],
  ['a conversation', 'source[type = "email"].id'],
  ['a conversation part', '$part.id'],
  ['a conversation part', '$part.created_at'],
  ['a conversation part', 'id & $part.id'],
  ['a conversation part', '$part.part_type'],
  ['a conversation part', '$part.(part_type & id)'],
  ['a live conversation', '$notification.created_at'],
  ['a live conversation', 'id & $notification.created_at'],
  ['a live conversation part', '$part.id'],
  ['a tag', '$part.id'],
  ['a tag', 'id & $part.id & $part.applied_at'],
  ['an object', '$part.part'],
  ['one of two objects', '$part.id'],
  ['a ticket', 'id'],
  ['a ticket', 'ticket_id'],
  ['a ticket part', '$part.id'],
  ['a contact', 'id'],

  ['a conversation', 'updated_at', 'updated_at'],
  ['a conversation', '$string(id) & updated_at', 'updated_at'],
  ['a conversation', 'title', 'title'],
  ['a conversation', 'state', 'state'],
  ['a conversation', '`state`', 'state'],
  ['a conversation', 'open', 'open'],
  ['a conversation', 'priority', 'priority'],
  ['a conversation', 'waiting_since', 'waiting_since'],
  ['a conversation', 'admin_assignee_id', 'admin_assignee_id'],
  ['a conversation', '$$.title', 'title'],
  ['a conversation', 'source.subject', 'subject'],
  ['a conversation', 'source.body', 'body'],
  ['a conversation', 'source.author.id', 'id'],
  ['a conversation', 'source.author.email', 'email'],
  ['a conversation', 'source', 'source'],
  ['a conversation', '$string(source)', 'source'],
  ['a conversation', '$', '$'],
  ['a conversation', '$string($$)', '$$'],
  ['a conversation', '$string()', '$string()'],
  ['a conversation', 'conversation_rating.rating', 'rating'],
  ['a conversation', 'conversation_rating.remark', 'remark'],
  ['a conversation', 'conversation_rating.updated_at', 'updated_at'],
  ['a conversation', 'channel.current', 'current'],
  ['a conversation', 'statistics.count_reopens', 'count_reopens'],
  ['a conversation', 'statistics.last_close_at', 'last_close_at'],
  ['a conversation', 'sla_applied.sla_status', 'sla_status'],
  ['a conversation', 'custom_attributes.order_id', 'order_id'],
  ['a conversation', 'custom_attributes."Order number"', 'Order number'],
  ['a conversation', 'conversation_parts.total_count', 'total_count'],
  ['a conversation', 'conversation_parts.conversation_parts[0].id', 'conversation_parts[0'],
  ['a conversation', 'conversation_parts.conversation_parts[-1].id', 'conversation_parts[-1'],
  ['a conversation', '(conversation_parts.conversation_parts)[-1].created_at', 'conversation_parts)'],
  ['a conversation', 'conversation_parts.conversation_parts[part_type = "close"].id', 'conversation_parts[p'],
  ['a conversation', '$count(conversation_parts.conversation_parts)', 'conversation_parts)'],
  ['a conversation', '$max(conversation_parts.conversation_parts.created_at)', 'conversation_parts.created'],
  [
    'a conversation',
    '$sort(conversation_parts.conversation_parts, function($a, $b) { $a.id > $b.id })[0].id',
    'conversation_parts,',
  ],
  ['a conversation', 'conversation_parts.conversation_parts^(created_at)[0].id', 'conversation_parts^'],
  ['a conversation', 'conversation_parts.conversation_parts#$i[$i = 0].id', 'conversation_parts#'],
  ['a conversation', 'contacts.contacts[0].id', 'contacts[0'],
  ['a conversation', '[contacts.contacts.id, id][0]', 'contacts.id'],
  ['a conversation', 'tags.tags.name', 'tags.name'],
  ['a conversation', '"vip" in tags.tags.name ? id : created_at', 'tags.name'],
  ['a conversation', 'state = "closed" ? id : created_at', 'state'],
  ['a conversation', 'id & (open ? "o" : "c")', 'open'],
  ['a conversation', 'title ?? id', 'title'],
  ['a conversation', '[snoozed_until, created_at][0]', 'snoozed_until'],
  ['a conversation', '[created_at, updated_at][0]', 'updated_at'],
  ['a conversation', '[id, created_at][$$.open][0]', 'open'],
  ['a conversation', '($name := title; $name & id)', 'title'],
  ['a conversation', '($clean := $trim ~> $lowercase; $clean(title))', 'title'],
  ['a conversation', '($clean := $trim ~> $lowercase; title.$clean())', 'title'],
  ['a conversation', '($cut := $substring; title.$cut(0, 5))', 'title'],
  ['a conversation', '($clean := title = "x" ? $trim : $lowercase; $clean(id))', 'title'],
  ['a conversation', '($f := function() { $g() }; $g := function() { title }; $f())', 'title'],
  [
    'a conversation',
    '($f := function($n) { $n = 0 ? title : $g($n) }; $g := function($n) { $f($n - 1) }; $g(2))',
    'title',
  ],
  ['a conversation', '($f := function() { $name }; $name := title; $f())', 'title'],
  ['a conversation', '($name := function($record) { $record.title }; $name($))', 'title'],
  ['a conversation', '($get := function($f) { $f() }; $get(function() { title }))', 'title'],
  ['a conversation', 'function($x) { $x & title }(id)', 'title'],
  ['a conversation', 'title ~> $uppercase', 'title'],
  ['a conversation', '$map([id, title], $string)[0]', 'title'],
  ['a conversation', '$join($map([id, title], function($x) { $x & "" }), "-")', 'title'],
  ['a conversation', '$reduce([id, title], function($a, $b) { $a & $b })', 'title'],
  ['a conversation', '$lookup($, "title")', 'title'],
  ['a conversation', '{ "a": id, "b": title }.b', 'title'],
  ['a conversation', '$string({ "a": id, "b": title })', 'title'],
  ['a conversation', '$keys(custom_attributes)[0]', 'custom_attributes'],
  ['a conversation', '$merge([source, { "a": 1 }]).id', 'source'],
  ['a conversation', 'source.subject.$substring(0, 5)', 'subject'],
  ['a conversation', 'source.id.%.subject', '%'],
  ['a conversation', '*.id', '*'],
  ['a conversation', '**.id', '**'],
  ['a conversation', 'source.*', '*'],
  ['a conversation', '(source ~> |$|{ "x": 1 }|).id', 'source'],
  ['a conversation', '$notification.created_at', 'created_at'],
  ['a conversation', '$now()', '$now'],
  ['a conversation', '$admin.id', '$admin'],
  ['a conversation', '$contact.created_at', '$contact'],
  ['a conversation', 'idd', 'idd'],
  ['a conversation part', '$part', '$part'],
  ['a conversation part', '$part.updated_at', 'updated_at'],
  ['a conversation part', '$part.body', 'body'],
  ['a conversation part', '$part.state', 'state'],
  ['a conversation part', '$part.redacted', 'redacted'],
  ['a conversation part', '$part.author.name', 'name'],
  ['a conversation part', '$part.attachments[0].name', 'attachments'],
  ['a conversation part', 'title', 'title'],
  ['a conversation part', '$part.id & $notification.created_at', 'created_at'],
  ['a live conversation', '$notification', '$notification'],
  ['a live conversation', 'id & read', 'read'],
  ['a live conversation', 'id & $notification.topic', 'topic'],
  ['a live conversation part', '$part.id & $notification.created_at', 'created_at'],
  ['a tag', '$part.name', 'name'],
  ['a tag name', 'id & $part', '$part'],
  ['an object', '$part.now', 'now'],
  ['an object', '$part.author.id', 'id'],
  ['one of two objects', '$part.now', 'now'],
  ['one of two objects', '$part.time', 'time'],
  ['a sum', '$part', '$part'],
  ['a ticket', 'ticket_state.id', 'id'],
  ['a ticket', 'ticket_state.category', 'category'],
  ['a ticket', 'ticket_type.id', 'id'],
  ['a ticket', 'previous_ticket_state_id', 'previous_ticket_state_id'],
  ['a ticket', 'ticket_parts.ticket_parts[ticket_state][0].created_at', 'ticket_parts[t'],
  ['a ticket', 'ticket_attributes._default_title_', '_default_title_'],
  ['a ticket', '[ticket_parts.ticket_parts[ticket_state].created_at, created_at][0]', 'ticket_parts[t'],
  ['a ticket part', '$part.ticket_state', 'ticket_state'],
  ['a ticket part', '$part.id & ticket_state.category', 'category'],
  ['a contact', 'email', 'email'],
  ['a contact', 'role', 'role'],
  ['a contact', 'external_id', 'external_id'],
  ['a contact', 'last_seen_at', 'last_seen_at'],
]

/** Loads the shipped spec with one more metric, whose key has a line for each expression. */
async function loadWithKeys(name: MetricName, keys: readonly string[], fields?: string) {
  const { resource, from, each } = METRICS[name]
  const file = 'mappings/tried.yaml'
  const lines = keys.map((key) => `  - ${JSON.stringify(key)}\n`)
  const text = [
    `metric: Tried\nsummary: Tried.\nresource: ${resource}\nfrom: ${from}\n`,
    each === undefined ? '' : `each: ${JSON.stringify(each)}\n`,
    `time: created_at\ncontact: ${resource === 'contact' ? 'id' : 'contacts.contacts[0].id'}\nkey:\n  - tried\n`,
    ...lines,
  ].join('')
  const files: SpecFiles = {
    read: async (path) =>
      path === file ? text : path === 'fields.yaml' ? (fields ?? shipped.read(path)) : shipped.read(path),
    list: async (path) => [...(await shipped.list(path)), ...(path === 'mappings' ? ['tried.yaml'] : [])],
  }
  const { diagnostics } = await loadSpec(root, { functions, files, checkOnly: true })
  const first = text.split('\n').indexOf('  - tried') + 2
  const found = keys.map((_, index) => diagnostics.filter((each) => isOnLine(each, file, first + index)))
  const elsewhere = diagnostics.filter((each) => each.severity === 'error' && !found.flat().includes(each))
  expect(elsewhere.map(({ message }) => message)).toEqual([])
  return found
}

const isOnLine = ({ file, span }: Diagnostic, path: string, line: number): boolean =>
  file.path === path && file.position(span[0]).line === line

const quoted = (key: string): string => JSON.stringify(key).slice(1, -1)

describe.for(Object.keys(METRICS) as MetricName[])('the key of %s', async (name) => {
  const rows = KEYS.filter(([metric]) => metric === name)
  const found = await loadWithKeys(
    name,
    rows.map(([, key]) => key),
  )
  test.for(rows.map(([, key, changing], index) => ({ key, changing, index })))(
    '$key: $changing',
    ({ changing, index }) => {
      const errors = found[index]?.filter(({ severity }) => severity === 'error') ?? []
      const [error] = errors
      if (changing === undefined) return expect(errors.map(({ message }) => message)).toEqual([])
      expect(errors).toHaveLength(1)
      expect(error?.code).toMatch(/^(spec\/volatile-key|spec\/unknown-field|expression\/\S+)$/)
      const at = error?.file.text.slice(error.span[0])
      expect(at?.startsWith(quoted(changing)), `${at?.slice(0, 30)}: ${error?.message}`).toBe(true)
      expect(error?.help).toBeTruthy()
    },
  )
})

describe('a field of the operator’s own', async () => {
  const listed = readFileSync(new URL('fields.yaml', root), 'utf8')
  const declared = listed.replace('custom_attributes: { "*" },', 'custom_attributes: { order_id: fixed, "*" },')
  const keys = ['custom_attributes.order_id', 'custom_attributes.other']

  test('is refused with how to declare it', async () => {
    const [own] = await loadWithKeys('a conversation', keys)
    expect(own?.[0]?.help).toBe(
      'use id or created_at; if it never changes, write order_id: fixed in fields.yaml under conversation.custom_attributes; a changed key counts the event again',
    )
  })

  test('passes once it is declared', async () => {
    const [own, other] = await loadWithKeys('a conversation', keys, declared)
    expect(own).toEqual([])
    expect(other).toHaveLength(1)
  })
})
