/** Integers beyond 2^53 keep their digits: in keys, properties and profiles, by webhook, history and look-up. */
import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { parseJson } from '../../runtime/lib/json.ts'
import type { Json } from '../../runtime/ports/types.ts'
import { createEngines, isNotCompilable, runCompiled } from '../helpers/compiler/engines.ts'
import { findContactWithEmail, startConnector } from '../helpers/connector-harness.ts'

const ID = '7615917337495251231'
const NUMBER = '9007199254740993'
/** `"#7"` is the number 7 in the JSON text. */
const toJson = (value: unknown): string => JSON.stringify(value).replace(/"#([^"]+)"/g, '$1')
const json = (value: unknown) => new Response(toJson(value), { headers: { 'content-type': 'application/json' } })

async function start() {
  let contact: object = {}
  let ticket: object = {}
  const harness = await startConnector({
    conversations: 1,
    tickets: 0,
    intercept: ({ url }) => {
      if (url.endsWith('/tickets/search'))
        return json({ type: 'ticket.list', tickets: [ticket], total_count: 1, pages: {} })
      if (url.endsWith('/contacts/search')) return json({ type: 'list', data: [contact], total_count: 1, pages: {} })
      return url.endsWith(`/contacts/${ID}`) ? json(contact) : undefined
    },
  })
  const { email } = await findContactWithEmail(harness.intercom)
  const created_at = Math.floor(harness.clock.now() / 1000) - 60
  contact = {
    type: 'contact',
    id: `#${ID}`,
    email,
    role: 'user',
    custom_attributes: { account: `#-${NUMBER}`, far: '#1e400' },
  }
  ticket = {
    ...{ type: 'ticket', id: `#${ID}`, ticket_id: `#${NUMBER}`, category: 'Customer', created_at },
    ticket_attributes: { _default_title_: `#${ID}` },
    ticket_type: { name: 'Bug' },
    contacts: { type: 'contact.list', contacts: [{ type: 'contact', id: `#${ID}` }] },
  }
  const notify = async (change: object = {}): Promise<number> => {
    const data = { type: 'notification_event_data', item: ticket }
    const head = { type: 'notification_event', app_id: 'sandbox1', id: 'n1', topic: 'ticket.created', created_at }
    const body = toJson({ ...head, data, ...change })
    const signature = `sha1=${createHmac('sha1', 'test-client-secret').update(body).digest('hex')}`
    const headers = { 'X-Hub-Signature': signature }
    const request = new Request('http://localhost/webhooks/intercom', { method: 'POST', body, headers })
    return (await harness.connector.receive(request)).status
  }
  return { ...harness, notify, email }
}

async function readHistory({ connector, clock }: Awaited<ReturnType<typeof start>>): Promise<void> {
  const read = async () => {
    const signal = new AbortController().signal
    for await (const { phase } of connector.backfill({ only: ['Created Ticket'], signal })) if (phase === 'done') return
  }
  await clock.until(read())
}

const KEY = `sandbox1:created-ticket:${ID}`

describe('an event and its person', () => {
  test.each([['webhook'], ['history'], ['webhook', 'history'], ['history', 'webhook']])(
    'by %s %s',
    async (...roads) => {
      const harness = await start()
      for (const road of roads) {
        if (road === 'webhook') expect(await harness.notify()).toBe(200)
        else await readHistory(harness)
        await harness.work(60_000)
      }
      const events = harness.klaviyo.events().filter(({ metric }) => metric === 'Created Ticket')
      expect(events.map(({ key }) => key)).toEqual([KEY])
      expect(events[0]?.properties).toMatchObject({ 'Ticket ID': NUMBER, 'Ticket Name': ID })
    },
  )

  test('the profile of a live event', async () => {
    const { connector, notify, work, klaviyo, email } = await start()
    await notify()
    await work(60_000)
    const sent = JSON.stringify(klaviyo.profile(email))
    expect(sent).toContain(`"Intercom Contact ID":"${ID}"`)
    expect(sent).toContain(`"account":"-${NUMBER}","far":"1e400"`)
    const [entry] = await connector.store.trace(ID)
    expect(entry?.status).toBe('delivered')
  })

  test('numbers in the envelope that no double holds are answered, and crash nothing', async () => {
    const { notify } = await start()
    for (const number of ['#1e400', '#-1e400', `#${ID}`, '#1e300', `#${'9'.repeat(400)}`])
      expect(await notify({ id: number, created_at: number })).toBe(200)
  })
})

describe('expressions, compiled and interpreted', () => {
  const input = parseJson(`{"id":${ID},"list":[${ID},{"n":-${NUMBER}}],"safe":9007199254740991}`) as Json
  const cases: readonly (readonly [text: string, value: Json])[] = [
    ['id', ID],
    ['$string(id)', ID],
    ['$string(safe)', '9007199254740991'],
    ['"ticket-" & id & "-" & list[1].n', `ticket-${ID}--${NUMBER}`],
    ['$string(list)', `["${ID}",{"n":"-${NUMBER}"}]`],
    ['$join([id, "x"], ":")', `${ID}:x`],
    [`id = "${ID}"`, true],
    ['$type(id)', 'string'],
    ['$merge([$, {"copy": id}]).copy', ID],
    ['$distinct([id, list[0]])', [ID]],
  ]
  test.each(cases)('%s', async (text, value) => {
    const engines = createEngines(text)
    expect(await engines?.interpreted(input, {})).toEqual(value)
    const compiled = engines?.compiled
    if (compiled === undefined || isNotCompilable(compiled)) throw new Error('not compiled')
    expect(runCompiled(compiled, input, {})).toEqual({ value })
  })
})
