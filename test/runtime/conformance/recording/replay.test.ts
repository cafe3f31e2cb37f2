/** A recording replays offline: the same occurrences, nothing from the network. */
import { describe, expect, test } from 'vitest'
import { recordInput, recordStreams } from '../../../../runtime/conformance/recording/record.ts'
import { formatRecording, parseRecording } from '../../../../runtime/conformance/recording/recording-files.ts'
import { replayRecording } from '../../../../runtime/conformance/recording/replay/replay.ts'
import type { JsonObject } from '../../../../runtime/ports/types.ts'
import { openRecording, openSession } from '../../../helpers/recording.ts'

describe('a recorded import', () => {
  test('reads a limited number of records, sends nothing, and replays from its files', async () => {
    const { parts, spec, clock, sent } = await openRecording()
    const recording = await clock.until(recordStreams(parts, ['conversations', 'tickets'], 8))
    expect(sent.filter((url) => !url.startsWith('http://127.0.0.1:4010/'))).toEqual([])
    expect(recording.manifest.streams).toEqual({
      conversations: { records: 8, pageSize: 8 },
      tickets: { records: 8, pageSize: 8 },
    })
    const files = formatRecording(recording)
    const read = parseRecording((name) => files.get(name))
    expect(read).toEqual(recording)
    const before = sent.length
    const replay = await replayRecording(read, { spec, open: openSession })
    expect(sent.length).toBe(before)
    expect(replay.unmatched).toEqual([])
    const metrics = replay.occurrences.map(({ metric }) => metric)
    expect(metrics.filter((metric) => metric === 'Created Ticket').length).toBe(8)
    expect(replay.occurrences.length).toBeGreaterThan(20)
    expect(await replayRecording(read, { spec, open: openSession })).toEqual(replay)
  })
})

describe('recorded webhooks', () => {
  test('are looked up at the source as of their receipt, and replay with their contacts', async () => {
    const { parts, spec, clock, intercom, sent } = await openRecording()
    const page = {
      method: 'POST',
      headers: { authorization: 'Bearer test-token' },
      body: '{"query":{"field":"created_at","operator":">","value":0},"pagination":{"per_page":2}}',
    }
    const answer = await intercom.fetch(new Request('http://127.0.0.1:4010/tickets/search', page))
    const { tickets } = (await answer.json()) as { tickets: JsonObject[] }
    const at = new Date(clock.now() - 5 * 86_400_000).toISOString()
    const webhooks = tickets.map((item, index) => ({
      at,
      body: {
        app_id: 'sandbox1',
        id: `n${index}`,
        topic: 'ticket.created',
        created_at: item.created_at,
        data: { item },
      },
    }))
    const input = { webhooks, items: {}, at: Date.parse(at), what: '2 webhooks' }
    const recording = await clock.until(recordInput(parts, input))
    expect(recording.manifest).toMatchObject({ recorded: at, workspace: 'sandbox1', answers: 'synthetic' })
    expect(sent.some((url) => url.includes('/contacts/'))).toBe(true)
    const { occurrences, unmatched } = await replayRecording(recording, { spec, open: openSession })
    expect(unmatched).toEqual([])
    const created = occurrences.filter(({ metric }) => metric === 'Created Ticket')
    expect(created).toHaveLength(2)
    for (const one of created) expect(one).toMatchObject({ key: expect.stringMatching(/^sandbox1:/) })
    expect(recording.exchanges.filter(({ side }) => side === 'destination').length).toBeGreaterThan(0)
  })

  test('of single items of a stream replay as an import of these alone', async () => {
    const { parts, spec, clock, intercom } = await openRecording()
    const page = {
      method: 'POST',
      headers: { authorization: 'Bearer test-token' },
      body: '{"query":{"field":"created_at","operator":">","value":0},"pagination":{"per_page":3}}',
    }
    const answer = await intercom.fetch(new Request('http://127.0.0.1:4010/conversations/search', page))
    const { conversations } = (await answer.json()) as { conversations: JsonObject[] }
    const input = { webhooks: [], items: { conversations }, at: clock.now(), what: '3 conversations' }
    const recording = await clock.until(recordInput(parts, input))
    const { occurrences, unmatched } = await replayRecording(recording, { spec, open: openSession })
    expect(unmatched).toEqual([])
    const keys = occurrences.flatMap((one) => ('key' in one ? [one.key] : []))
    for (const { id } of conversations) expect(keys.some((key) => key.includes(String(id)))).toBe(true)
  })
})
