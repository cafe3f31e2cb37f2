/** Every form of the console, sent twice at once and once more after, has the effect of one. */

import { afterEach, describe, expect, test } from 'vitest'
import { connectorFromSpec } from '../../../connector/index.ts'
import { Alerting } from '../../../runtime/alerts/alerting.ts'
import { Vault } from '../../../runtime/auth/vault.ts'
import type { VirtualClock } from '../../../runtime/conformance/virtual-clock.ts'
import type { Connector } from '../../../runtime/connector.ts'
import { createConsole } from '../../../runtime/console/index.ts'
import { actions } from '../../../runtime/console/pages.ts'
import type { LogFields } from '../../../runtime/ports/effects.ts'
import { readSpecHistory } from '../../../runtime/running-spec/spec-history.ts'
import { hashSpec } from '../../../runtime/spec/hash-spec.ts'
import { memoryStore } from '../../../runtime/store/memory/store.ts'
import { silentLogger } from '../../../runtime/system.ts'
import { readTimeline } from '../../../runtime/timeline.ts'
import { completeSetup, createAuthHarness, KEY, never, SIGNING, spec, TOKEN } from '../../helpers/auth.ts'
import { createFrozenClock, fakeConnector } from '../../helpers/cli-fake.ts'
import { findContactWithEmail } from '../../helpers/connector-harness.ts'
import { browser, LOCAL, openConsole, openConsoleWithConnector, tokenIn } from '../../helpers/console.ts'
import { openEditingConsole } from '../../helpers/editing-console.ts'
import { createCleanup } from '../../helpers/processes/processes.ts'
import { signVisitorsIn } from '../../helpers/signed-in.ts'
import { specWithPeople } from '../../helpers/spec/changed-spec.ts'

const closing = createCleanup()
afterEach(() => closing.close())

interface Stage {
  readonly client: ReturnType<typeof browser>
  readonly clock: VirtualClock
  /** The page of the form. */
  readonly from: string
  readonly fields: Readonly<Record<string, string>> | (() => Promise<Readonly<Record<string, string>>>)
  /** Everything that sending the form changes. */
  readonly effects: () => Promise<unknown>
}

const PASSWORD = 'correct horse'
const CHOICE = { metric: 'Rated Conversation', since: '2020-01-01' }
const SMALL = { conversations: 20, tickets: 15 }

/** A shop in which an import was begun, with the options of each import. */
async function importing(step: 'none' | 'running' | 'paused', from: string): Promise<Stage> {
  const begun: unknown[] = []
  let backfill: Connector['backfill'] | undefined
  const shop = await openConsoleWithConnector(
    {
      connector: {
        backfill(options) {
          begun.push({ ...options, signal: undefined })
          if (backfill === undefined) throw new Error('not open yet')
          return backfill(options)
        },
      },
    },
    SMALL,
  )
  backfill = shop.connector.backfill.bind(shop.connector)
  const client = shop.browser()
  if (step !== 'none') {
    await client.post('/import/begin', CHOICE)
    await shop.clock.advance(300)
  }
  if (step === 'paused') await shop.clock.until(client.post('/import/pause'))
  const run = /name="run" value="([^"]+)"/.exec(await client.text('/history'))?.[1]
  const fields = { ...(step === 'none' && CHOICE), ...(from === 'restart' && run !== undefined && { run }) }
  const effects = async () => [begun, await shop.store.readCheckpoint('import-requested')]
  return { client, clock: shop.clock, from: '/history', fields, effects }
}

async function failed(reason?: string): Promise<Stage> {
  const shop = await openConsoleWithConnector()
  for (const id of ['901', '902']) {
    await shop.notify('ticket.created', { type: 'ticket', id, title: 'x' }, { id: `n-${id}` })
    await shop.work(2_000)
  }
  const queued: number[] = []
  const replay = shop.store.replay.bind(shop.store)
  Object.assign(shop.store, {
    replay: async (which: Parameters<typeof replay>[0]) => {
      const count = await replay(which)
      if (count > 0) queued.push(count)
      return count
    },
  })
  const effects = async () => [queued, await shop.store.countDeadLetters()]
  const group = async () => (await shop.store.groupDeadLetters())[0]?.group ?? ''
  const fields = reason === undefined ? { all: 'yes' } : async () => ({ reason, group: await group() })
  return { client: shop.browser(), clock: shop.clock, from: '/failed-events', fields, effects }
}

async function revealing(): Promise<Stage> {
  const shop = await openConsoleWithConnector()
  await shop.notify('ticket.created', { type: 'ticket', id: '901', title: 'x' }, { id: 'n-901' })
  await shop.work(2_000)
  const [entry] = await shop.store.trace('901')
  const path = `/records/${entry?.seq}`
  const client = shop.browser()
  const fields = { seq: String(entry?.seq), back: path }
  const effects = async () => [
    (await readTimeline(shop.store)).entries,
    (await client.text(path)).includes('Hide personal data'),
  ]
  return { client, clock: shop.clock, from: path, fields, effects }
}

async function deleting(): Promise<Stage> {
  const settings = { spec: await specWithPeople('onDelete: delete') }
  const shop = await openConsoleWithConnector({}, { connector: { settings } })
  const effects = () => shop.store.readCheckpoint('deletions-confirmed')
  return { client: shop.browser(), clock: shop.clock, from: '/', fields: {}, effects }
}

async function recipe(): Promise<Stage> {
  const created: string[] = []
  const intercept = ({ method, url }: Request) => {
    if (method === 'POST' && /segments|flows/.test(url)) created.push(url)
    return undefined
  }
  const shop = await openConsoleWithConnector({}, { intercept })
  const { id } = await findContactWithEmail(shop.intercom)
  const at = Math.floor(shop.clock.now() / 1000) - 5
  const conversation_rating = { rating: 2, created_at: at, updated_at: at, contact: { id } }
  const item = { type: 'conversation', id: '1', created_at: at, contacts: { contacts: [{ id }] }, conversation_rating }
  await shop.notify('conversation.rating.added', item)
  await shop.work(2_000)
  const fields = { recipe: 'low-rating' }
  return { client: shop.browser(), clock: shop.clock, from: '/find', fields, effects: async () => created }
}

/** Setup before its first step, or complete. What it changes: the requests to both vendors, and its state. */
async function settingUp(
  step: 'new' | 'consented' | 'keys' | 'secretless' | 'done',
  from: string,
  fields = {},
): Promise<Stage> {
  const it = createAuthHarness()
  const connections =
    step === 'done'
      ? await completeSetup(it)
      : await it.open(step === 'secretless' ? { INTERCOM_ACCESS_TOKEN: TOKEN } : {})
  const { setup } = connections
  if (step === 'consented' || step === 'keys') await setup.consent([])
  if (step === 'keys') {
    await setup.connectWithKey('source', { key: TOKEN, signing: SIGNING }, never)
    await setup.connectWithKey('destination', { key: KEY }, never)
  }
  const { clock, fetch, logger, store } = it
  const connector = connectorFromSpec(spec, store, { clock, fetch, logger, random: () => 0.5, connections })
  const app = { name: 'connector', version: '1', summary: 'x' }
  const pages = signVisitorsIn(createConsole({ app, connector, clock, logger, signal: never, connections }))
  const client = browser(pages, 'http://127.0.0.1:3000')
  await client.get(from)
  const asked = it.asked.length
  const effects = async () => {
    const { source, destination, ...view } = await setup.view()
    const methods = [source.method, destination.method]
    return { view, methods, paused: connections.gate.pausedReason(), asked: it.asked.slice(asked) }
  }
  return { client, clock, from, fields, effects }
}

/** A console whose visitor has not signed in. */
async function signingIn(how: 'password' | 'code'): Promise<Stage> {
  const logged: string[] = []
  const say = (message: string, fields: LogFields = {}) => void logged.push(`${message} ${JSON.stringify(fields)}`)
  const logger = { debug: say, info: say, warn: say, error: say }
  const it = await openConsole({ logger, ...(how === 'password' && { password: PASSWORD }) })
  const paths: string[] = []
  it.created.printSignInPath((path) => void paths.push(path))
  const client = browser(it.created, LOCAL)
  const code = paths[0]?.split('#')[1] ?? ''
  const fields = how === 'password' ? { password: PASSWORD } : { code }
  const effects = async () => [logged, paths.length, (await client.get('/')).status]
  return { client, clock: it.clock, from: '/log-in', fields, effects }
}

async function signedIn(from: string, fields = {}): Promise<Stage> {
  const { browser: open, clock, store } = await openConsole({ password: PASSWORD })
  const client = open()
  await client.post('/log-in', { password: PASSWORD })
  const effects = async () => {
    const revoked = (await store.readCheckpoint('console-revoked-sessions')) ?? '{}'
    return [Object.keys(JSON.parse(String(revoked)) as object).length, (await store.tallies()).length]
  }
  return { client, clock, from, fields, effects }
}

/** An owner on the page People, with one person invited. */
async function withPeople(form: 'invite' | 'change' | 'accept'): Promise<Stage> {
  const { browser: open, clock, store } = await openConsole({ password: PASSWORD, key: async () => new Uint8Array(32) })
  // The site that forms below /set-up are sent from.
  const owner = open('http://127.0.0.1:3000')
  await owner.post('/log-in', { password: PASSWORD })
  await owner.post('/set-up/people/invite', { name: 'Ann', role: 'viewer' }, { from: '/set-up/people' })
  const page = await owner.text('/set-up/people')
  const code = /\/invitation#([\w.-]+)"/.exec(page)?.[1] ?? ''
  const user = code.split('.')[0] ?? ''
  const secret = 'a password of my own'
  const fields = {
    invite: { name: 'Ben', role: 'operator' },
    change: { user, do: 'disable' },
    accept: { code, password: secret, repeated: secret },
  }[form]
  const effects = async () => {
    const users = JSON.parse(String(await store.readCheckpoint('console-users'))) as Record<string, unknown>[]
    return users.map(({ name, role, epoch, isDisabled, passwordHash }) => [
      name,
      role,
      epoch,
      isDisabled,
      passwordHash !== undefined,
    ])
  }
  const client = form === 'accept' ? open() : owner
  // Hashing a password takes real time, in which the clock stands still.
  const real = { ...clock, until: <T>(pending: Promise<T>) => pending }
  return { client, clock: real, from: form === 'accept' ? '/invitation' : '/set-up/people', fields, effects }
}

async function alerting(fields = {}): Promise<Stage> {
  const sent: string[] = []
  const clock = createFrozenClock()
  const store = memoryStore({ clock })
  const alerts = new Alerting({
    connector: fakeConnector(store),
    settings: { urls: ['https://hooks.example.com/'] },
    sealed: new Vault(store, async () => new Uint8Array(32)),
    fetch: async (request) => {
      sent.push(request.url)
      return new Response()
    },
    clock,
    logger: silentLogger,
    randomId: () => 'id',
  })
  const opened = await openConsole({ alerts })
  const effects = async () => [sent.length, await alerts.saved()]
  return { client: opened.browser(), clock: opened.clock, from: '/alerts', fields, effects }
}

const SWITCH = { metric: 'Created Ticket', to: 'off' }
const TICKET = 'mappings/created-ticket.yaml'
const FILE = `/mappings/file?name=${TICKET}`

/** A spec in a folder. What it changes: the files, the running spec, and the history. */
async function editing(
  from: string,
  change: (it: Editing) => Promise<Readonly<Record<string, string>>>,
): Promise<Stage> {
  const it = await openEditingConsole(closing)
  const fields = await change(it)
  const effects = async () => {
    const history = (await readSpecHistory(it.store)).map(({ hash }) => hash)
    return [it.read(TICKET), history, hashSpec(it.running.connector.spec.sourceFiles)]
  }
  return { client: it.client, clock: it.clock, from, fields, effects }
}

type Editing = Awaited<ReturnType<typeof openEditingConsole>>

const changed = (text: string) => `${text}# a comment\n`

const editedFields = async (it: Editing) => ({
  ...it.fieldsOf(await it.client.text(`/mappings/file?name=${TICKET}`), ['name', 'opened']),
  text: changed(it.read(TICKET)),
})

async function restoring(it: Editing) {
  const [first] = await readSpecHistory(it.store)
  await it.clock.until(it.send('/mappings/save', TICKET, changed(it.read(TICKET))))
  const specs = await readSpecHistory(it.store)
  return { spec: (first ?? specs.at(-1))?.hash ?? '' }
}

const forms: readonly [path: string, open: () => Promise<Stage>, again?: 'does it again'][] = [
  ['/log-in', () => signingIn('password')],
  ['/log-in', () => signingIn('code')],
  ['/log-out', () => signedIn('/')],
  ['/invitation', () => withPeople('accept')],
  ['/set-up/people/invite', () => withPeople('invite')],
  ['/set-up/people/change', () => withPeople('change')],
  ['/find', () => signedIn('/find', { what: 'ada@shop.example' })],
  ['/records/reveal', revealing],
  ['/records/hide', revealing],
  ['/events/person', () => signedIn('/events', { person: 'ada@shop.example', filter: 'metric=Profile' })],
  ['/failed-events/retry', () => failed()],
  ['/failed-events/dismiss', () => failed('test data')],
  ['/confirm-deletions', deleting],
  ['/alerts/save', () => alerting({ emails: 'night@shop.example', smtpUrl: 'smtp://mail.example:25' })],
  // A test that is asked for again is sent again.
  ['/alerts/test', () => alerting(), 'does it again'],
  ['/segments-and-flows/create', recipe],
  ['/mappings/draft', () => editing(FILE, async (it) => ({ ...(await editedFields(it)), do: 'check' }))],
  ['/mappings/save', () => editing(FILE, editedFields)],
  ['/mappings/switch', () => editing('/mappings/switch?metric=Created%20Ticket', async () => SWITCH)],
  ['/mappings/restore', () => editing(FILE, restoring)],
  ['/import/begin', () => importing('none', 'begin')],
  ['/import/resume', () => importing('paused', 'resume')],
  ['/import/pause', () => importing('running', 'pause')],
  ['/import/restart', () => importing('running', 'restart')],
  ['/set-up/approve', () => settingUp('new', '/set-up', { extra: 'flows:read' })],
  ['/set-up/finish', () => settingUp('keys', '/set-up')],
  ['/set-up/disconnect', () => settingUp('done', '/set-up/disconnect')],
  // A key that is pasted again is tested again.
  ['/set-up/klaviyo/paste', () => settingUp('consented', '/set-up/klaviyo', { key: KEY }), 'does it again'],
  [
    '/set-up/klaviyo/client',
    () => settingUp('consented', '/set-up/klaviyo', { clientId: 'app-1', clientSecret: 'sec-1' }),
  ],
  ['/set-up/intercom/signing', () => settingUp('secretless', '/set-up/webhooks', { signing: SIGNING })],
  ['/set-up/address', () => settingUp('done', '/set-up/webhooks', { address: 'https://connector.example.com' })],
  ['/set-up/klaviyo/extras', () => settingUp('consented', '/set-up/klaviyo', { extra: 'flows:read' })],
]

async function prepare(path: string, open: () => Promise<Stage>) {
  const stage = await open()
  const { client, clock, from } = stage
  const csrf = tokenIn(await client.text(from))
  const fields = typeof stage.fields === 'function' ? await stage.fields() : stage.fields
  const body = new URLSearchParams({ csrf, ...fields })
  const origin = path.startsWith('/set-up') ? 'http://127.0.0.1:3000' : LOCAL
  const headers = { 'content-type': 'application/x-www-form-urlencoded', origin }
  const send = async () => {
    const answer = await client.send(path, { method: 'POST', body: `${body}`, headers })
    return [answer.status, answer.headers.get('location')]
  }
  return { ...stage, send: () => clock.until(send()), sendTwice: () => clock.until(Promise.all([send(), send()])) }
}

describe.each(forms)('%s', (path, open, again) => {
  test('sent twice at once and once more after', async () => {
    const once = await prepare(path, open)
    const [status, location] = await once.send()
    const expectedStatus = path === '/mappings/draft' ? 200 : 303
    expect(status).toBe(expectedStatus)
    const expected = JSON.stringify(await once.effects())

    const twice = await prepare(path, open)
    const [first, second] = await twice.sendTwice()
    expect(first?.[0]).toBe(expectedStatus)
    expect(second).toEqual(first)
    // The name of a search is random.
    if (path !== '/find' && path !== '/events/person') expect(first?.[1]).toBe(location)
    expect(JSON.stringify(await twice.effects())).toBe(expected)

    await twice.send()
    if (again === undefined) expect(JSON.stringify(await twice.effects())).toBe(expected)
  })
})

test('every form is in the table', () => {
  const paths = new Set(forms.map(([path]) => path.replace(/klaviyo|intercom/, ':name')))
  expect([...paths].sort()).toEqual(['/log-in', '/log-out', '/invitation', ...actions.map(({ path }) => path)].sort())
})
