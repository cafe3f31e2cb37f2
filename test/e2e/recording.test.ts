/** Recordings of the sandbox over sockets: with no person's data, replayed offline. */
import { createHash, createHmac } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadConnectorSpec } from '../../connector/spec.ts'
import { checkRecording } from '../../runtime/conformance/recording/check-recording.ts'
import type { Exchange } from '../../runtime/conformance/recording/recording.ts'
import { parseRecording } from '../../runtime/conformance/recording/recording-files.ts'
import type { Fetch } from '../../runtime/ports/effects.ts'
import { systemFetch } from '../../runtime/system.ts'
import { type Sandbox, startSandbox } from '../../sandbox/index.ts'
import { openSession } from '../helpers/recording.ts'
import { createWorkplace, readFolder, type Workplace } from '../helpers/recording-command.ts'

const EMAIL = 'zsofia.quistgaard@privat-mail.hu'
/** None of these may be in a folder, in any case. */
const PLANTED = [
  'zsofia',
  'zsófia',
  'quistgaard',
  'privat-mail',
  '301234567',
  '30 123 4567',
  createHash('md5').update(EMAIL).digest('hex'),
  Buffer.from(EMAIL).toString('base64').replace(/=+$/, ''),
  'Kőrösi',
  '4111 1111 1111 1111',
  '84.0.17.99',
  'sandbox-token',
]

/** Gives every contact and ticket the data of one person, in places where it is easily missed. */
function plant(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plant)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plant(member)]))
  const odd = {
    Notes: 'Zsófia rang from +36 30 123 4567, flat in Kőrösi utca 17',
    'Zsófia Quistgaard': true,
    Raw: JSON.stringify({ email: EMAIL, card: '4111 1111 1111 1111' }),
    Encoded: Buffer.from(EMAIL).toString('base64'),
    Page: `https://shop.example.org/orders?who=${encodeURIComponent(EMAIL)}#${EMAIL.toUpperCase()}`,
    List: [{ File: 'Zsofia_Quistgaard_CV.pdf' }, 'QUISTGAARD, Zsófia', '84.0.17.99'],
  }
  const custom = { custom_attributes: { ...Object(members.custom_attributes), ...odd } }
  const avatar = `https://www.gravatar.com/avatar/${PLANTED[6]}?d=404`
  if (members.type === 'contact' && 'email' in members)
    return {
      ...members,
      ...custom,
      name: 'Zsófia Quistgaard',
      email: EMAIL,
      phone: '+36301234567',
      avatar: { type: 'avatar', image_url: avatar },
    }
  if (members.type === 'conversation' || members.type === 'ticket')
    return {
      ...members,
      ...custom,
      title: 'From Quistgaard',
      description: `<p>Hi, <a href="mailto:${EMAIL}">Zsófia</a></p>`,
    }
  return members
}

const plantingFetch: Fetch = async (request) => {
  const response = await systemFetch(request)
  const text = await response.text()
  const planted = text === '' ? text : JSON.stringify(plant(JSON.parse(text)))
  const headers = new Headers(response.headers)
  headers.delete('content-length')
  headers.set('x-person', EMAIL)
  return new Response(planted, { status: response.status, headers })
}

let sandbox: Sandbox
let workplace: Workplace
beforeAll(async () => {
  sandbox = await startSandbox({ conversations: 30, tickets: 20, signal: new AbortController().signal })
  workplace = createWorkplace(sandbox)
})
afterAll(async () => {
  await sandbox.close()
  rmSync(workplace.folder, { recursive: true, force: true })
})

/** The notice of the sandbox's first ticket, signed. */
async function createNotification(id: string): Promise<Request> {
  const { INTERCOM_BASE_URL, INTERCOM_ACCESS_TOKEN, INTERCOM_CLIENT_SECRET = '' } = sandbox.env
  const query = { query: { field: 'created_at', operator: '>', value: 0 }, pagination: { per_page: 1 } }
  const headers = { authorization: `Bearer ${INTERCOM_ACCESS_TOKEN}`, 'content-type': 'application/json' }
  const search = { method: 'POST', headers, body: JSON.stringify(query) }
  const page = await systemFetch(new Request(`${INTERCOM_BASE_URL}/tickets/search`, search))
  const { tickets } = (await page.json()) as { tickets: object[] }
  const created_at = Math.floor(Date.now() / 1000)
  const notification = {
    app_id: 'sandbox1',
    id,
    topic: 'ticket.created',
    created_at,
    data: { item: plant(tickets[0]) },
  }
  const body = JSON.stringify(notification)
  const signature = `sha1=${createHmac('sha1', INTERCOM_CLIENT_SECRET).update(body).digest('hex')}`
  return new Request('http://localhost/', { method: 'POST', body, headers: { 'X-Hub-Signature': signature } })
}

function expectNoPerson(folder: string): void {
  for (const [name, text] of readFolder(folder))
    for (const value of PLANTED)
      expect(text.toLowerCase().includes(value.toLowerCase()), `${value} in ${name}`).toBe(false)
}

async function replay(folder: string) {
  const read = (name: string) => {
    try {
      return readFileSync(join(folder, name), 'utf8')
    } catch {
      return undefined
    }
  }
  const options = { folder, spec: await loadConnectorSpec(), open: openSession, now: () => 0 }
  const recording = parseRecording(read)
  const first = await checkRecording(recording, options)
  const { report } = await checkRecording(recording, { ...options, approved: first.text })
  return { first, report }
}

describe('record', () => {
  test('--stream: an import of two streams, that replays without a network', async () => {
    const folder = join(workplace.folder, 'imports')
    const argv = [
      'record',
      '--stream',
      'conversations,tickets',
      '--limit',
      '3',
      '--out',
      folder,
      '--keep',
      'Order number',
    ]
    const { exit, out, err } = await workplace.run(argv, { fetch: plantingFetch })
    expect({ exit, err }).toEqual({ exit: 0, err: '' })
    expect(out).toMatch(
      /^Recorded 3 conversations, 3 tickets: \d+ exchanges, \d+ answers? made up\.\nNothing was sent to Klaviyo\./,
    )
    expect(out).toContain('Next: connector test imports --update')
    expectNoPerson(folder)
    expect(readFileSync(join(folder, 'exchanges.json'), 'utf8')).toContain('"Encoded":')
    const { first, report } = await replay(folder)
    expect(first.text).toContain('Created Ticket')
    expect(first.text).toContain('@example.com')
    expect(report.checks).toMatchObject([{ differences: [], problems: [] }])
  })

  test('--topic: the newest webhook of the ledger, or the next one, beside a running connector', async () => {
    const { connector, close } = await workplace.open()
    const send = async (id: string) => connector.receive(await createNotification(id))
    await send('first')
    const newest = join(workplace.folder, 'newest')
    const { exit, err } = await workplace.run(['record', '--topic', 'ticket.created', '--out', newest], {
      fetch: plantingFetch,
    })
    expect({ exit, err }).toEqual({ exit: 0, err: '' })
    expectNoPerson(newest)
    const { first, report } = await replay(newest)
    expect(first.text).toContain('Created Ticket')
    expect(report.checks).toMatchObject([{ differences: [], problems: [] }])

    const next = join(workplace.folder, 'next')
    let isWaiting = true
    const waiting = workplace.run(['record', '--topic', 'ticket.created', '--wait', '1', '--out', next], {
      fetch: plantingFetch,
    })
    const ended = waiting.finally(() => {
      isWaiting = false
    })
    // Until it has seen one: it may not have looked at the store yet.
    for (let number = 0; isWaiting && number < 100; number++) {
      await send(`next-${number}`)
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 200))])
    }
    expect((await ended).exit).toBe(0)
    expectNoPerson(next)
    await close()
  })

  test('--send records the answers of the destination; what is kept must hold no personal data', async () => {
    const folder = join(workplace.folder, 'sent')
    const { exit, out } = await workplace.run([
      'record',
      '--stream',
      'tickets',
      '--limit',
      '1',
      '--send',
      '--out',
      folder,
      '--json',
    ])
    expect({ exit, ...JSON.parse(out) }).toMatchObject({ exit: 0, what: '1 ticket', answers: 'real', folder: 'sent' })
    const exchanges = JSON.parse(readFileSync(join(folder, 'exchanges.json'), 'utf8')) as Exchange[]
    const sent = exchanges.filter(({ side }) => side === 'destination')
    expect(sent.map(({ synthetic, response }) => [synthetic, response.status])).toContainEqual([undefined, 202])

    const argv = [
      'record',
      '--stream',
      'tickets',
      '--limit',
      '1',
      '--keep',
      'Raw',
      '--out',
      join(workplace.folder, 'kept'),
    ]
    const refused = await workplace.run(argv, { fetch: plantingFetch })
    expect(refused.exit).toBe(1)
    expect(refused.err).toMatch(/nothing was written: exchanges\.json:\d+:\d+ \(.*Leave out `--keep`/)
    expect(existsSync(join(workplace.folder, 'kept'))).toBe(false)
  })

  test('--dry-run writes nothing, and tells what would be replaced', async () => {
    const before = [...readFolder(workplace.folder).keys()]
    const { out, exit } = await workplace.run(['record', '--stream', 'tickets', '--limit', '1', '--dry-run'])
    expect(exit).toBe(0)
    expect(out).toMatch(/source response: tickets\.\*\.\S+ +\w+ +\d/)
    expect(out).toContain('Nothing was written')
    expect([...readFolder(workplace.folder).keys()]).toEqual(before)
  })

  test('names what is wrong with a command line', async () => {
    const cases: readonly (readonly [argv: string, message: string])[] = [
      ['', 'record needs one of --stream, --topic, --dead, --trace, --har or --from'],
      ['--stream tickets --dead x', 'record needs one of'],
      ['--stream tikets', 'unknown stream "tikets"; did you mean "tickets"?'],
      ['--topic ticket.create', 'unknown topic "ticket.create"; did you mean'],
      ['--stream tickets --wait', '--wait goes with --topic'],
      ['--stream tickets --limit 0', '--limit must be 1 or more'],
      ['--stream tickets --case a.yaml', '--case makes a case of single records'],
      ['--trace 1 --case a.json', 'a case file ends with .yaml'],
      ['--from nowhere', '--from nowhere: cannot read the folder (ENOENT)'],
    ]
    for (const [argv, message] of cases) {
      const { err, exit } = await workplace.run(['record', ...argv.split(' ').filter(Boolean)])
      expect({ argv, exit, err }).toEqual({ argv, exit: 2, err: expect.stringContaining(message) })
    }
    const { err, exit } = await workplace.run(['record', '--dead', 'no/code'])
    expect({ exit, err }).toEqual({
      exit: 1,
      err: expect.stringContaining('no dead letter has the fault no/code: there are no dead letters'),
    })
  })
})

/** A spec of one's own, whose Created Ticket has one property more. */
function writeSpec(folder: string, property: string): URL {
  mkdirSync(join(folder, 'mappings'), { recursive: true })
  writeFileSync(join(folder, 'connector.yaml'), 'extends: intercom-to-klaviyo\n')
  writeFileSync(join(folder, 'mappings/created-ticket.yaml'), `properties:\n  Size: ${property}\n`)
  return pathToFileURL(`${folder}/`)
}

describe('a dead letter', () => {
  test('becomes a case that fails until the mapping is fixed', async () => {
    // A store without the webhooks of other tests.
    const own = createWorkplace(sandbox)
    const folder = join(own.folder, 'spec')
    const spec = writeSpec(folder, '$number(ticket_attributes._default_title_)')
    const { connector, store, close } = await own.open(spec)
    await connector.receive(await createNotification('dead'))
    const stop = new AbortController()
    const working = connector.work({ signal: stop.signal })
    while ((await store.countDeadLetters()) === 0) await new Promise((resolve) => setTimeout(resolve, 50))
    stop.abort()
    await working
    const [letter] = await store.listDeadLetters({ limit: 1 })
    const code = letter?.outcome?.status === 'dead' ? letter.outcome.fault.code : ''
    const env = { CONNECTOR_SPEC: folder }
    const argv = ['record', '--dead', code, '--case', join(folder, 'tests/size.yaml')]
    const { exit, err, out } = await own.run(argv, { fetch: plantingFetch, env })
    expect({ exit, err }).toEqual({ exit: 0, err: '' })
    expect(out).toContain('Next: connector test spec/tests/size.yaml')
    expectNoPerson(join(folder, 'tests'))
    await close()

    const file = join(folder, 'tests/size.yaml')
    const runCase = async () => (await own.run(['test', file], { env })).exit
    expect(await runCase()).toBe(0)
    const fixture = JSON.parse(readFileSync(join(folder, 'tests/fixtures/size.json'), 'utf8'))
    const size = fixture.ticket_attributes._default_title_.length
    const wanted = readFileSync(file, 'utf8').replace(`- fault: ${code}`, `- has: { Size: ${size} }`)
    writeFileSync(file, wanted)
    expect(await runCase()).toBe(1)
    writeSpec(folder, '$length(ticket_attributes._default_title_)')
    expect(await runCase()).toBe(0)
    rmSync(own.folder, { recursive: true, force: true })
  })
})
