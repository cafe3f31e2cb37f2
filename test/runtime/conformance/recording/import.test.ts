/** Exchanges from HAR files, and from folders of hand-made JSON. */
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { loadConnectorSpec } from '../../../../connector/spec.ts'
import { toRecording } from '../../../../runtime/conformance/recording/import/imported-data.ts'
import { readHar } from '../../../../runtime/conformance/recording/import/read-har.ts'
import { type ItemFile, readItems } from '../../../../runtime/conformance/recording/import/read-items.ts'
import { replayRecording } from '../../../../runtime/conformance/recording/replay/replay.ts'
import type { Json, JsonObject } from '../../../../runtime/ports/types.ts'
import { openSession } from '../../../helpers/recording.ts'

const fixture = (name: string) =>
  JSON.parse(
    readFileSync(new URL(`../../../../conformance/fixtures/${name}.json`, import.meta.url), 'utf8'),
  ) as JsonObject
const contact = fixture('contact')
const spec = await loadConnectorSpec()
const ticket: JsonObject = {
  ...fixture('ticket'),
  contacts: { type: 'contact.list', contacts: [{ type: 'contact', id: contact.id }] },
}
const NOW = Date.parse('2026-03-01T10:00:00Z')

interface EntryOptions {
  readonly method?: string
  readonly body?: Json
  readonly status?: number
  readonly content?: object
}

/** As a browser exports it, with what we do not read. */
function entry(url: string, answer: Json, { method = 'GET', body, status = 200, content }: EntryOptions = {}) {
  const text = JSON.stringify(answer)
  return {
    _initiator: { type: 'script', stack: { callFrames: [] } },
    _priority: 'High',
    startedDateTime: '2026-01-10T10:00:00.123+00:00',
    time: 12.5,
    request: {
      method,
      url,
      httpVersion: 'HTTP/2',
      cookies: [{ name: 'session', value: 'secret-cookie' }],
      headers: [{ name: 'Authorization', value: 'Bearer secret-token' }],
      ...(body !== undefined && { postData: { mimeType: 'application/json', text: JSON.stringify(body) } }),
    },
    response: {
      status,
      headers: [
        { name: 'Content-Type', value: 'application/json' },
        { name: 'Set-Cookie', value: 'secret-cookie' },
      ],
      content: content ?? { size: text.length, mimeType: 'application/json', text },
    },
    cache: {},
    timings: { send: 0, wait: 12, receive: 0 },
  }
}

const har = (...entries: readonly object[]) =>
  JSON.parse(JSON.stringify({ log: { version: '1.2', creator: { name: 'a browser' }, entries } })) as Json

const notification = {
  type: 'notification_event',
  app_id: 'abc123de',
  id: 'notif_1',
  topic: 'ticket.created',
  created_at: 1_768_039_200,
  data: { type: 'notification_event_data', item: ticket },
}

describe('a HAR file', () => {
  const zipped = gzipSync(JSON.stringify(contact)).toString('base64')
  const file = har(
    entry('https://app.example.com/page', 'noise'),
    entry('https://api.eu.intercom.io/me', { type: 'admin', app: { id_code: 'abc123de' } }),
    entry(
      'https://api.eu.intercom.io/tickets/search',
      { tickets: [ticket], total_count: 900, pages: { next: { starting_after: 'c' } } },
      { method: 'POST', body: { query: 1 } },
    ),
    entry(`https://api.eu.intercom.io/contacts/${contact.id}`, null, { content: { encoding: 'base64', text: zipped } }),
    entry('https://api.eu.intercom.io/admins', { admins: [] }, { status: 0 }),
    entry('https://api.eu.intercom.io/admins', { type: 'admin.list', admins: [] }),
    entry('https://api.eu.intercom.io/teams', { type: 'team.list', teams: [] }),
    entry('https://api.eu.intercom.io/tags', { type: 'list', data: [] }),
    entry('https://api.eu.intercom.io/tickets/search', null, { method: 'OPTIONS', status: 204 }),
    entry('https://hooks.example.com/webhooks/intercom', '', { method: 'POST', body: notification }),
  )

  test('gives the exchanges of the two sides, the items of pages and the notifications', async () => {
    const read = await readHar(file, spec)
    expect(read.ignored).toBe(3)
    expect(read.exchanges.map(({ request }) => request.url)).toEqual([
      'https://api.intercom.io/me',
      `https://api.intercom.io/contacts/${contact.id}`,
      'https://api.intercom.io/admins',
      'https://api.intercom.io/teams',
      'https://api.intercom.io/tags',
    ])
    expect(read.exchanges[1]?.response.body).toEqual(contact)
    expect(read.items).toEqual(new Map([['tickets', [ticket]]]))
    expect(read.webhooks).toEqual([{ at: '2026-01-10T10:00:00.123Z', body: notification }])
    expect(JSON.stringify([read.exchanges, read.webhooks])).not.toContain('secret-')
  })

  test('replays: the same event by the import and by the notification counts once', async () => {
    const read = await readHar(file, spec)
    const recording = await toRecording(read, spec, { what: 'a HAR file', at: read.at + 60_000 })
    expect(recording.manifest).toMatchObject({ workspace: 'abc123de', streams: { tickets: { records: 1 } } })
    const { occurrences, unmatched } = await replayRecording(recording, { spec, open: openSession })
    expect(unmatched).toEqual([])
    const created = occurrences.filter((one) => one.metric === 'Created Ticket')
    expect(created).toHaveLength(1)
    expect(created[0]).toMatchObject({ key: expect.stringContaining(`${ticket.id}`), contact: contact.id })
  })

  test('is refused if it is none', async () => {
    await expect(readHar({ log: {} }, spec)).rejects.toThrow('the file is no HAR')
  })
})

describe('a folder of JSON', () => {
  const read = async (...files: readonly ItemFile[]) => readItems(files, spec, NOW)

  test('is told apart by the expressions of the spec, types and names of files', async () => {
    const data = await read(
      { name: 'hook.json', value: notification as unknown as Json },
      { name: 'received.json', value: [{ at: '2026-01-10T10:00:07.000Z', body: notification as unknown as Json }] },
      { name: 'a.json', value: { type: 'ticket.list', tickets: [ticket], total_count: 1 } },
      { name: 'conversation.json', value: fixture('conversation') },
      { name: 'people/contacts.json', value: { type: 'list', data: [contact] } },
      { name: 'admin-1.json', value: { id: '814001', name: 'Someone' } },
      { name: 'lookups.json', value: { team: { '1': { id: '1', name: 'Support' } } } },
    )
    expect(data.webhooks.map(({ at }) => at)).toEqual(['2026-01-10T10:00:00.000Z', '2026-01-10T10:00:07.000Z'])
    expect([...data.items].map(([name, items]) => [name, items.length])).toEqual([
      ['tickets', 1],
      ['conversations', 1],
    ])
    expect([...data.rows].map(([name, rows]) => [name, rows.length])).toEqual([
      ['conversation', 1],
      ['contact', 1],
      ['admin', 1],
      ['team', 1],
    ])
  })

  test('replays offline', async () => {
    const data = await read({ name: 'tickets.json', value: [ticket as Json] }, { name: 'contact.json', value: contact })
    const recording = await toRecording(data, spec, { what: 'a folder', at: NOW })
    const { occurrences, unmatched } = await replayRecording(recording, { spec, open: openSession })
    expect(unmatched).toEqual([])
    expect(occurrences[0]).toMatchObject({ metric: 'Created Ticket', contact: contact.id })
  })

  test('names a file that is nothing of this', async () => {
    await expect(read({ name: 'notes/what.json', value: { a: 1 } })).rejects.toThrow(
      'cannot tell what notes/what.json holds',
    )
  })
})
