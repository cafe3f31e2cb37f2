/** Recordings of what is not read live: records of the ledger by an id, files made by hand, and a HAR file. */
import { createHmac } from 'node:crypto'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemFetch } from '../../runtime/system.ts'
import { type Sandbox, startSandbox } from '../../sandbox/index.ts'
import { createWorkplace, readFolder, type Workplace } from '../helpers/recording-command.ts'

const EMAIL = 'siobhan.quistgaard@privat-mail.ie'
const NAME = 'Siobhán Quistgaard'
/** As quoted replies have it. */
const BODY = `<p>Hi<br>${EMAIL}<br>Regards</p><blockquote>On Tue ${NAME} &lt;${EMAIL}&gt; wrote</blockquote>`
const LEFT = /siobh[aá]n|quistgaard|privat-mail|sandbox-token/i

/** What mappings look names up in. */
const LISTS: readonly [string, object][] = [
  ['teams', { type: 'team.list', teams: [] }],
  ['admins', { type: 'admin.list', admins: [] }],
]

let sandbox: Sandbox
let workplace: Workplace
let tickets: Record<string, unknown>[]
let query: object
/** Of the tickets. */
let contacts: Record<string, unknown>[]

beforeAll(async () => {
  sandbox = await startSandbox({ conversations: 4, tickets: 4, signal: new AbortController().signal })
  workplace = createWorkplace(sandbox)
  query = { query: { field: 'created_at', operator: '>', value: 0 }, pagination: { per_page: 2 } }
  const headers = { authorization: `Bearer ${sandbox.env.INTERCOM_ACCESS_TOKEN}`, 'content-type': 'application/json' }
  const search = { method: 'POST', headers, body: JSON.stringify(query) }
  const page = await systemFetch(new Request(`${sandbox.env.INTERCOM_BASE_URL}/tickets/search`, search))
  const attributes = {
    _default_title_: NAME,
    _default_description_: BODY,
    [`Note of ${NAME}`]: EMAIL,
    '@quistgaard_s': 1,
  }
  tickets = ((await page.json()) as { tickets: Record<string, unknown>[] }).tickets.map((ticket) => ({
    ...ticket,
    ticket_attributes: attributes,
  }))
  const ids = tickets.flatMap((ticket) => {
    const { contacts } = ticket.contacts as { contacts: { id: string }[] }
    return contacts.map(({ id }) => id)
  })
  contacts = await Promise.all(
    [...new Set(ids)].map(async (id) => {
      const found = await systemFetch(new Request(`${sandbox.env.INTERCOM_BASE_URL}/contacts/${id}`, { headers }))
      return { ...((await found.json()) as Record<string, unknown>), name: NAME, email: EMAIL }
    }),
  )
})

afterAll(async () => {
  await sandbox.close()
  rmSync(workplace.folder, { recursive: true, force: true })
})

const notification = (id: string) => ({
  type: 'notification_event',
  app_id: 'sandbox1',
  id,
  topic: 'ticket.created',
  created_at: Math.floor(Date.now() / 1000),
  data: { type: 'notification_event_data', item: tickets[0] },
})

/** Records, approves and runs it again; no person's data is in the folder or in what the commands print. */
async function recordAndReplay(folder: string, origin: readonly string[]): Promise<string> {
  const out = join(workplace.folder, folder)
  const texts: string[] = []
  for (const argv of [
    ['record', ...origin, '--out', out],
    ['test', out, '--update'],
    ['test', out],
  ]) {
    const { exit, out: printed, err } = await workplace.run(argv)
    expect({ argv, exit, err: exit === 0 ? '' : err + printed }).toEqual({ argv, exit: 0, err: '' })
    texts.push(printed, err)
  }
  const files = readFolder(out)
  texts.push(...files.values())
  expect(LEFT.exec(texts.join('\n'))).toBeNull()
  return files.get('approved.yaml') ?? ''
}

test('--trace: a record of the ledger by its id', async () => {
  const { connector, close } = await workplace.open()
  const body = JSON.stringify(notification('trace'))
  const signature = `sha1=${createHmac('sha1', sandbox.env.INTERCOM_CLIENT_SECRET ?? '')
    .update(body)
    .digest('hex')}`
  await connector.receive(
    new Request('http://localhost/', { method: 'POST', body, headers: { 'X-Hub-Signature': signature } }),
  )
  await close()
  const approved = await recordAndReplay('trace', ['--trace', String(tickets[0]?.id)])
  expect(approved).toContain('Created Ticket')
})

test('--from: files made by hand', async () => {
  const samples = join(workplace.folder, 'samples')
  mkdirSync(samples)
  writeFileSync(join(samples, `${EMAIL}.json`), JSON.stringify(notification('from')))
  writeFileSync(join(samples, 'ticket.json'), JSON.stringify(tickets[1]))
  for (const contact of contacts) writeFileSync(join(samples, `contact-${contact.id}.json`), JSON.stringify(contact))
  expect(await recordAndReplay('from', ['--from', samples])).toContain('Created Ticket')
})

test('--har: what a browser has seen', async () => {
  const file = join(workplace.folder, 'session.har')
  const pages = { type: 'pages', page: 1, per_page: 2, total_pages: 1 }
  const page = { type: 'ticket.list', tickets, total_count: tickets.length, pages }
  const entry = {
    startedDateTime: new Date().toISOString(),
    request: {
      method: 'POST',
      url: `${sandbox.env.INTERCOM_BASE_URL}/tickets/search`,
      headers: [
        { name: 'Authorization', value: 'Bearer sandbox-token' },
        { name: 'Cookie', value: `user=${EMAIL}` },
      ],
      postData: { mimeType: 'application/json', text: JSON.stringify(query) },
    },
    response: {
      status: 200,
      headers: [{ name: 'content-type', value: 'application/json' }],
      content: {
        mimeType: 'application/json',
        text: Buffer.from(JSON.stringify(page)).toString('base64'),
        encoding: 'base64',
      },
    },
  }
  const seen: [string, object][] = contacts.map((contact) => [`contacts/${contact.id}`, contact])
  const answers = [...seen, ...LISTS].map(([path, body]) => ({
    ...entry,
    request: { method: 'GET', url: `${sandbox.env.INTERCOM_BASE_URL}/${path}`, headers: [] },
    response: { ...entry.response, content: { mimeType: 'application/json', text: JSON.stringify(body) } },
  }))
  const other = { ...entry, request: { ...entry.request, url: `https://shop.example.org/?email=${EMAIL}` } }
  writeFileSync(
    file,
    JSON.stringify({ log: { version: '1.2', creator: { name: NAME }, entries: [entry, ...answers, other] } }),
  )
  expect(await recordAndReplay('har', ['--har', file])).toContain('Created Ticket')
})
