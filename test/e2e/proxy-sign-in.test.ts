/** People whom a real nginx signs in by basic authentication: their roles, and requests that claim to come from it. */
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { findContactWithEmail } from '../helpers/connector-harness.ts'
import { browser } from '../helpers/console.ts'
import {
  createCleanup,
  postSigned,
  startProcess,
  startSandbox,
  temporaryFolder,
  waitUntil,
} from '../helpers/processes/processes.ts'
import { hasNginx, startNginx } from '../helpers/processes/reverse-proxies.ts'

const closing = createCleanup()
afterEach(() => closing.close())

const SHARED = 'a-secret-of-nginx-and-the-connector'
const PASSWORDS = { ann: 'of-ann', ben: 'of-ben', eve: 'of-eve' }
const HEADERS = { CONNECTOR_TRUSTED_HEADER: 'X-Forwarded-User', CONNECTOR_TRUSTED_HEADER_SECRET: SHARED }
const SETTINGS = { ...HEADERS, CONNECTOR_TRUSTED_ROLES: 'owner: ann; viewer: ben' }

const EVENT = /href="(\/events\/\d+)"/

type Headers = Readonly<Record<string, string>>

/** A connector that has sent one event, and nginx in front of it. */
async function start() {
  const { env, intercom } = await startSandbox(closing, { conversations: 5, tickets: 5 })
  const started = startProcess(
    ['start', '--port', '0', '--store', 'memory:', '--json'],
    { ...env, ...SETTINGS },
    closing,
  )
  const { url = '', webhook = '' } = await started.firstOutput
  const folder = temporaryFolder(closing)
  chmodSync(folder, 0o755) // started by root, nginx serves as another user
  const users = join(folder, 'users')
  writeFileSync(
    users,
    Object.entries(PASSWORDS)
      .map(([name, password]) => `${name}:{PLAIN}${password}\n`)
      .join(''),
  )
  const signIn = `auth_basic console; auth_basic_user_file ${users}; proxy_set_header X-Forwarded-User $remote_user;`
  const trust = `proxy_set_header X-Connector-Secret ${SHARED}; proxy_set_header Host $http_host;`
  const site = `http://127.0.0.1:${await startNginx(Number(new URL(url).port), closing, `${signIn} ${trust}`)}`

  const contact = await findContactWithEmail(intercom)
  const at = Math.floor(Date.now() / 1000)
  const contacts = { type: 'contact.list', contacts: [{ type: 'contact', id: contact.id }] }
  const rating = { rating: 2, created_at: at, updated_at: at, contact: { id: contact.id } }
  const item = { type: 'conversation', id: '77', created_at: at, contacts, conversation_rating: rating }
  const envelope = { type: 'notification_event', app_id: 'sandbox1', id: 'n1', topic: 'conversation.rating.added' }
  const data = { type: 'notification_event_data', item }
  expect(await postSigned(webhook, JSON.stringify({ ...envelope, created_at: at, data }))).toBe(true)
  const ask = (base: string, headers: Headers) => {
    const send = (request: Request) => {
      for (const [name, value] of Object.entries(headers)) request.headers.set(name, value)
      return fetch(request, { redirect: 'manual' })
    }
    return browser({ fetch: send }, base)
  }
  const past = (headers: Headers) => ask(new URL(url).origin, headers)
  const through = (name: keyof typeof PASSWORDS, more: Headers = {}) =>
    ask(site, { authorization: `Basic ${btoa(`${name}:${PASSWORDS[name]}`)}`, ...more })
  return { site, past, through, contact }
}

test.skipIf(!hasNginx)('nginx signs a viewer and an owner in, and no other person', async () => {
  const { site, past, through, contact } = await start()
  const { email } = contact
  const text = async (asked: Promise<Response>) => (await asked).text()

  const viewer = through('ben')
  const events = () => text(viewer.get('/events?outcome=delivered'))
  await waitUntil('the event is sent', async () => EVENT.test(await events()))
  const [, path = ''] = EVENT.exec(await events()) ?? []
  const shown = await text(viewer.get(path))
  expect(shown).toContain('>ben</p>')
  expect((await events()) + shown).not.toContain(email)
  expect(shown).not.toContain('Show personal data')
  const [, seq = ''] = /href="\/records\/(\d+)"/.exec(shown) ?? []
  const reveal = (who: typeof viewer) => who.post('/records/reveal', { seq, back: path }, { from: '/find' })
  expect(await text(reveal(viewer))).toContain('Your account may not do this')
  expect(await text(viewer.get(path))).not.toContain(email)
  for (const setUp of ['/alerts', '/set-up', '/set-up/people', '/set-up/disconnect'])
    expect((await viewer.get(setUp)).status, setUp).toBe(403)

  const owner = through('ann')
  expect((await owner.get('/alerts')).status).toBe(200)
  expect((await reveal(owner)).status).toBe(303)
  expect(await text(owner.get(path))).toContain(email)
  expect(await text(owner.get('/timeline'))).toMatch(/personal data[\s\S]*?>ann</i)

  // Whoever nginx refuses, and whom no role fits.
  expect((await fetch(`${site}/`)).status).toBe(401)
  expect((await fetch(`${site}/`, { headers: { authorization: `Basic ${btoa('ann:wrong')}` } })).status).toBe(401)
  expect((await through('eve').get('/')).status).toBe(403)

  // nginx replaces the headers of a client, and past it they need its secret.
  const claim = { 'x-forwarded-user': 'ann', X_Forwarded_User: 'ann' }
  const liar = through('ben', { ...claim, 'x-connector-secret': SHARED })
  expect(await text(liar.get('/'))).toContain('>ben</p>')
  expect((await liar.get('/alerts')).status).toBe(403)
  for (const secret of [{}, { 'x-connector-secret': 'wrong' }, { 'x-connector-secret': `${SHARED}, ${SHARED}` }])
    for (const page of ['/', '/alerts', path, '/events.csv', '/changes']) {
      const answer = await past({ ...claim, ...secret }).get(page)
      expect([page, answer.status]).toEqual([page, 403])
      expect(await answer.text()).not.toMatch(/sandbox shop|a••/i)
    }
})
