/** Setup through the console's pages, as a browser without JavaScript sees it, and no secret on any page. */
import { expect, test } from 'vitest'
import { connectorFromSpec } from '../../../connector/index.ts'
import type { Connections } from '../../../runtime/auth/connections.ts'
import type { EncryptionKey } from '../../../runtime/auth/vault.ts'
import { createRoutes } from '../../../runtime/cli/server/routes.ts'
import type { Connector } from '../../../runtime/connector.ts'
import { createConsole } from '../../../runtime/console/index.ts'
import { Fault } from '../../../runtime/ports/fault.ts'
import { readTimeline } from '../../../runtime/timeline.ts'
import {
  type AuthHarness,
  answerConsent,
  CLIENT_ENV,
  completeSetup,
  createAuthHarness,
  KEY,
  never,
  SIGNING,
  spec,
  TOKEN,
} from '../../helpers/auth.ts'
import { signVisitorsIn } from '../../helpers/signed-in.ts'

const AT = 'http://127.0.0.1:3000'

/** A browser: follows redirects of the console, keeps cookies, submits forms as the page shows them. */
function browser(fetch: (request: Request) => Promise<Response>) {
  const cookies = new Map<string, string>()
  const seen: string[] = []
  async function ask(path: string, init: RequestInit = {}): Promise<{ path: string; text: string }> {
    const headers = new Headers(init.headers)
    headers.set('accept', 'text/html')
    if (init.method === 'POST') headers.set('origin', AT)
    headers.set('cookie', [...cookies].map(([name, value]) => `${name}=${value}`).join('; '))
    const response = await fetch(new Request(new URL(path, AT), { ...init, headers }))
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
      cookies.set(name, value)
    }
    const text = await response.text()
    seen.push(text, JSON.stringify([...response.headers]))
    const location = response.headers.get('location')
    return location === null ? { path, text } : ask(location)
  }
  return {
    seen,
    cookies,
    open: (path: string) => ask(path),
    async send(page: { text: string }, action: string, fields: Record<string, string> = {}) {
      const csrf = /name="csrf" value="([^"]+)"/.exec(page.text)?.[1] ?? ''
      if (!page.text.includes(`action="${action}"`)) throw new Error(`no form leads to ${action}`)
      return ask(action, { method: 'POST', body: new URLSearchParams({ csrf, ...fields }) })
    },
  }
}

const addressTo = (text: string, host: string) => {
  const found = new RegExp(`href="(${host}[^"]+)"`).exec(text)?.[1]
  if (found === undefined) throw new Error(`no link to ${host}`)
  return new URL(found.replaceAll('&amp;', '&'))
}

async function process(it: AuthHarness, env: Record<string, string> = CLIENT_ENV, key: EncryptionKey = it.key) {
  const account: Connections = await it.open(env, { encryptionKey: key })
  const { clock, fetch, logger, store } = it
  const connector = connectorFromSpec(spec, store, { clock, fetch, logger, random: () => 0.5, connections: account })
  const app = { name: 'connector', version: '1', summary: 'x' }
  const pages = signVisitorsIn(createConsole({ app, connector, clock, logger, signal: never, connections: account }))
  const answer = createRoutes({
    app,
    connector,
    clock,
    logger,
    console: pages,
    connections: account,
    signal: never,
    notReadyReasons: () => [],
    readers: { host: '127.0.0.1' },
  })
  return { account, connector, answer, ...browser(answer) }
}

/** Texts of the timeline, newest first, each with who did it. */
const notesIn = async ({ store }: Pick<Connector, 'store'>) =>
  (await readTimeline(store)).entries.map(({ text, by = '' }) => `${text} ${by}`)

const APPROVED = 'The shared data and the permissions were approved console'

test('connects both accounts from an empty store, delivers, and disconnects', async () => {
  const it = createAuthHarness()
  const { answer, open, send, seen, account, connector } = await process(it)
  const hook = () => answer(new Request(`${AT}/webhooks/intercom`, { method: 'POST', body: '{}' }))
  expect((await hook()).status).toBe(503)

  const review = await open('/')
  expect(review.path).toBe('/set-up')
  for (const words of ['Resolved Ticket', 'Read conversations', 'events:write', 'segments:write'])
    expect(review.text).toContain(words)
  let page = await send(review, '/set-up/approve', { extra: 'flows:read' })

  const no = await answerConsent(it, addressTo(page.text, 'http://intercom.local'), 'no')
  page = await open(`/set-up/intercom/callback?${no}`)
  expect(page.text).toContain('Access was denied in Intercom')
  page = await open(
    `/set-up/intercom/callback?${await answerConsent(it, addressTo(page.text, 'http://intercom.local'))}`,
  )
  expect(page.text).toContain('Intercom is connected')
  const klaviyo = addressTo(page.text, 'http://klaviyo.local')
  expect(klaviyo.searchParams.get('scope')).toContain('flows:read')
  const answered = await answerConsent(it, klaviyo)
  page = await open(`/set-up/klaviyo/callback?${answered}`)
  for (const words of ['Sandbox Shop', 'sandbox1', 'Klaviyo events:write', 'Start delivery'])
    expect(page.text).toContain(words)

  page = await send(page, '/set-up/finish')
  expect(page.text).toContain('Setup is complete and delivery has started')
  expect(account.gate.pausedReason()).toBeUndefined()
  expect((await hook()).status).toBe(401)
  expect((await open('/set-up/webhooks')).text).toContain('The last webhook was rejected')
  expect((await open('/')).path).toBe('/')
  expect((await open('/set-up/check')).text).toContain('All checks passed')
  expect((await open(`/set-up/klaviyo/callback?${answered}`)).text).toContain('was used before')

  page = await send(await open('/set-up/disconnect'), '/set-up/disconnect')
  expect(page.text).toContain('Delivery has stopped. Intercom: access was revoked. Klaviyo: access was revoked.')
  expect(account.gate.pausedReason()).toContain('disconnected')
  expect((await hook()).status).toBe(503)
  expect(await notesIn(connector)).toEqual(
    expect.arrayContaining([APPROVED, 'Both accounts were disconnected console']),
  )
  const said = [...seen, ...it.logger.lines, ...it.asked].join('\n')
  for (const secret of [SIGNING, 'sandbox-app-secret', 'tok:', Buffer.from('tok:').toString('base64').slice(0, 5)])
    expect(said).not.toContain(secret)
})

test('every request of ours to Klaviyo forbids a retired revision to fall forward', async () => {
  const it = createAuthHarness()
  const opted = new Map<string, string | null>()
  const fetch: typeof it.fetch = async (request) => {
    const { pathname } = new URL(request.url)
    // The pages of the consent belong to the browser.
    if (request.url.startsWith('http://klaviyo.local') && pathname !== '/oauth/authorize')
      opted.set(pathname, request.headers.get('x-klaviyo-revision-fall-forward-opt-out'))
    return it.fetch(request)
  }
  const { open, send } = await process({ ...it, fetch, open: (of, change) => it.open(of, { fetch, ...change }) })
  let page = await send(await open('/set-up'), '/set-up/approve')
  page = await open(
    `/set-up/intercom/callback?${await answerConsent(it, addressTo(page.text, 'http://intercom.local'))}`,
  )
  page = await open(`/set-up/klaviyo/callback?${await answerConsent(it, addressTo(page.text, 'http://klaviyo.local'))}`)
  await send(page, '/set-up/finish')
  await send(await open('/set-up/disconnect'), '/set-up/disconnect')
  const paths = ['/api/accounts', '/api/events', '/api/metrics', '/api/profile-import', '/oauth/revoke', '/oauth/token']
  expect([...opted].sort()).toEqual(paths.map((path) => [path, '1']))
})

test('the permissions page warns of the coming retirement of the revision', async () => {
  const it = createAuthHarness()
  await completeSetup(it)
  const { open } = await process(it)
  await it.clock.advance(Date.UTC(2027, 6, 15) - it.clock.now())
  const { text } = await open('/set-up/check')
  expect(text).toContain('All checks passed, 1 with a warning.')
  expect(text).toMatch(
    /Klaviyo revision<.+\n.+<span class="badge warn">Warning<.+2026-07-15; Klaviyo retires it on 2028/,
  )
})

test('the review lists each permission once, and no page names one that is not asked for', async () => {
  const { open } = await process(createAuthHarness())
  const { text } = await open('/set-up')
  for (const permission of [...Object.keys(spec.source.permissions), ...Object.keys(spec.destination.permissions)])
    expect(text.split(`<th scope="row">${permission}</th>`)).toHaveLength(2)
  expect(text).toContain('No event of it to look at.')
})

test('a later connection can request more permissions; repeating the consent form stops nothing', async () => {
  const it = createAuthHarness()
  await completeSetup(it)
  const { open, send, account } = await process(it)
  let page = await open('/set-up/klaviyo')
  expect(addressTo(page.text, 'http://klaviyo.local').searchParams.get('scope')).not.toContain('flows:read')
  page = await send(page, '/set-up/klaviyo/extras', { extra: 'flows:read' })
  expect(addressTo(page.text, 'http://klaviyo.local').searchParams.get('scope')).toContain('flows:read')
  expect(page.text).toContain('value="flows:read" checked')
  await account.setup.consent([])
  expect(account.gate.pausedReason()).toBeUndefined()
  page = await send(await open('/set-up/klaviyo'), '/set-up/klaviyo/extras', { extra: 'profiles:delete' })
  expect((await account.setup.view()).state.optionalPermissions).toEqual([])
})

test('ignores the form of an outdated page', async () => {
  const it = createAuthHarness()
  await completeSetup(it)
  const { open, send, account } = await process(it)
  const left = { text: `${(await open('/set-up/disconnect')).text} action="/set-up/finish"` }
  await send(left, '/set-up/disconnect')
  const page = await send(left, '/set-up/finish')
  expect(page.text).toContain('Delivery was not started: complete this step first')
  expect(page.text).not.toContain('delivery has started')
  expect(account.gate.pausedReason()).toContain('disconnected')
})

test('shows the rejection of a pasted key on the page alone', async () => {
  const it = createAuthHarness()
  const { open, send, seen } = await process(it, {})
  let page = await send(await open('/set-up'), '/set-up/approve')
  expect(page.text).toContain('Save OAuth app')
  expect(page.text).toContain(`${AT}/set-up/intercom/callback`)
  page = await send(page, '/set-up/intercom/paste', { key: 'a-wrong-token-9876543210', signing: SIGNING, region: 'us' })
  expect(page.text).toContain('it rejected the pasted credentials: copy them in full, from the right account')
  page = await send(page, '/set-up/intercom/paste', { key: TOKEN, signing: SIGNING, region: 'us' })
  page = await send(page, '/set-up/klaviyo/paste', { key: `${KEY}:readonly` })
  expect(page.text).toContain('2 checks failed')
  expect(page.text).toContain('Start delivery anyway')
  const said = [...seen, ...it.logger.lines, ...it.asked].join('\n')
  for (const secret of [TOKEN, SIGNING, KEY, 'a-wrong-token-9876543210']) expect(said).not.toContain(secret)
  expect(
    JSON.stringify([await it.store.readCheckpoint('credentials:source'), await it.store.readCheckpoint('setup')]),
  ).not.toContain(TOKEN)
})

test('a side that cannot be reached is to be tried again by the person: nothing sends the form again', async () => {
  const it = createAuthHarness()
  const unreachable = async () => {
    throw new TypeError('fetch failed')
  }
  const away = { ...it, open: (of, change) => it.open(of, { fetch: unreachable, ...change }) } satisfies AuthHarness
  const { open, send } = await process(away, {})
  const page = await send(await open('/set-up'), '/set-up/approve')
  const sent = send(page, '/set-up/intercom/paste', { key: TOKEN, signing: SIGNING, region: 'us' })
  expect((await it.clock.until(sent)).text).toContain(
    'Intercom could not be reached, or the connection broke; try again.',
  )
})

test('an authorization begun before a restart completes after it', async () => {
  const it = createAuthHarness()
  const first = await process(it)
  const page = await first.send(await first.open('/set-up'), '/set-up/approve')
  const answered = await answerConsent(it, addressTo(page.text, 'http://intercom.local'))
  const second = await process(it)
  for (const [name, value] of first.cookies) second.cookies.set(name, value)
  expect((await second.open(`/set-up/intercom/callback?${answered}`)).text).toContain('Intercom is connected')
  const stranger = await process(it)
  expect((await stranger.open(`/set-up/intercom/callback?${answered}`)).text).toContain(
    'does not belong to a connection begun in this browser',
  )
})

test('a form without its CSRF token changes nothing', async () => {
  const it = createAuthHarness()
  const { answer, account } = await process(it)
  for (const path of ['approve', 'finish', 'disconnect', 'intercom/paste']) {
    const response = await answer(
      new Request(`${AT}/set-up/${path}`, { method: 'POST', body: new URLSearchParams({ key: 'x' }) }),
    )
    expect(response.status).toBe(403)
  }
  expect((await account.setup.view()).step).toBe('review')
})

test('handles an unknown side, and sides configured by the environment', async () => {
  const it = createAuthHarness()
  const { open, send, connector } = await process(it, { INTERCOM_ACCESS_TOKEN: TOKEN, KLAVIYO_API_KEY: KEY })
  expect((await open('/set-up/elsewhere')).text).toContain('There is no such connection')
  expect((await open('/set-up/intercom')).text).toContain('connected by the environment')
  const page = (await open('/set-up')).text
  for (const words of ['No webhook can be verified', 'Sandbox Shop', 'SndBox', 'Credentials from the environment'])
    expect(page).toContain(words)
  await send(await open('/set-up/disconnect'), '/set-up/disconnect')
  expect(await notesIn(connector)).toContain(
    'Both accounts were disconnected, not completely: Intercom and Klaviyo console',
  )
})

test('the page shows the account of the environment before delivery begins, or why it is unknown', async () => {
  const it = createAuthHarness()
  const env = { KLAVIYO_API_KEY: KEY }
  const { open, send } = await process(it, env)
  let page = await send(await open('/set-up'), '/set-up/approve')
  page = await send(page, '/set-up/intercom/paste', { key: TOKEN, signing: SIGNING, region: 'us' })
  for (const words of ['Are these the right accounts?', 'Sandbox Shop', 'SndBox']) expect(page.text).toContain(words)

  const other = createAuthHarness()
  const mute: typeof other.fetch = async (request) =>
    request.url.endsWith('/api/accounts') ? Response.json({}, { status: 403 }) : other.fetch(request)
  const silent = await process({ ...other, open: (of, change) => other.open(of, { fetch: mute, ...change }) }, env)
  page = await silent.send(await silent.open('/set-up'), '/set-up/approve')
  page = await silent.send(page, '/set-up/intercom/paste', { key: TOKEN, signing: SIGNING, region: 'us' })
  expect(page.text).toMatch(/The account of these credentials is unknown: .+accounts:read is missing/)
})

test('names from the API are escaped, and an unusable encryption key is reported, not shown as a failure', async () => {
  const it = createAuthHarness()
  const hostile = '<script>alert(1)</script>"onload=x'
  await completeSetup(it)
  const parties = { source: { id: hostile, name: hostile, timezone: hostile }, destination: { id: '1', name: hostile } }
  await it.store.writeCheckpoints([{ name: 'setup', value: { consentedAt: 1, accounts: parties } }])
  const key = async () => {
    throw new Fault('config', 'auth/key-file', 'the key file can be read by others')
  }
  const { open, answer } = await process(it, CLIENT_ENV, key)
  for (const path of [
    '/',
    '/set-up',
    '/set-up/intercom',
    '/set-up/klaviyo',
    '/set-up/webhooks',
    '/set-up/disconnect',
  ]) {
    const { text } = await open(path)
    expect(text).not.toContain('<script>alert')
    expect(text).not.toContain('Something went wrong')
  }
  expect((await open('/set-up/intercom')).text).toContain('the key file can be read by others')
  expect((await open('/set-up/webhooks?address=javascript:alert(1)')).text).not.toContain('href="javascript')
  expect((await answer(new Request(`${AT}/webhooks/intercom`, { method: 'POST', body: '{}' }))).status).toBe(401)
})

test('an uninstall notice is believed once the source rejects our credentials', async () => {
  let told: (request: Request) => Promise<Response> = async () => new Response()
  const it = createAuthHarness({ webhook: (request) => told(request) })
  const { account, answer, open, send } = await process(it)
  let page = await send(await open('/set-up'), '/set-up/approve')
  for (const [side, host] of Object.entries({ intercom: 'http://intercom.local', klaviyo: 'http://klaviyo.local' }))
    page = await open(`/set-up/${side}/callback?${await answerConsent(it, addressTo(page.text, host))}`)
  await send(page, '/set-up/finish')

  const notice = (body: string) => {
    const headers = { 'content-length': String(body.length) }
    return answer(new Request(`${AT}/webhooks/intercom/uninstall`, { method: 'POST', body, headers }))
  }
  for (const body of ['', '[]', '{"app_id":"another"}', '{"app_id":"sandbox1"}'])
    expect((await notice(body)).status).toBe(200)
  expect(account.gate.pausedReason()).toBeUndefined()
  expect(it.logger.lines.filter((line) => line.includes('uninstall notice ignored'))).toHaveLength(1)

  await it.clock.advance(11_000)
  const arrived: Promise<Response>[] = []
  told = async (request) => {
    const body = await request.text()
    arrived.push(
      answer(new Request(request.url, { method: 'POST', body, headers: { 'content-length': String(body.length) } })),
    )
    return new Response()
  }
  await it.intercom.fetch(new Request('http://intercom.local/sandbox/uninstall', { method: 'POST' }))
  await it.clock.until(new Promise<void>((resolve) => setImmediate(resolve)))
  await Promise.all(arrived)
  expect(arrived).toHaveLength(1)
  expect(account.gate.pausedReason()).toContain('disconnected')
})
