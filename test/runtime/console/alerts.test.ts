/** The page Alerts: entered addresses are kept sealed and never shown, wrong ones change nothing, a test says what became of it. */
import { expect, test } from 'vitest'
import { Alerting } from '../../../runtime/alerts/alerting.ts'
import type { AlertSettings } from '../../../runtime/alerts/types.ts'
import { Vault } from '../../../runtime/auth/vault.ts'
import { memoryStore } from '../../../runtime/store/memory/store.ts'
import { silentLogger } from '../../../runtime/system.ts'
import { createFrozenClock, fakeConnector } from '../../helpers/cli-fake.ts'
import { openConsole } from '../../helpers/console.ts'

async function open(settings: AlertSettings = {}) {
  const clock = createFrozenClock()
  const store = memoryStore({ clock })
  const sent: string[] = []
  const answer = { status: 200 }
  const alerts = new Alerting({
    connector: fakeConnector(store),
    settings,
    sealed: new Vault(store, async () => new Uint8Array(32)),
    fetch: async (request) => {
      sent.push(request.url)
      return new Response(null, { status: answer.status })
    },
    clock,
    logger: silentLogger,
    randomId: () => 'id',
  })
  const { browser } = await openConsole({ alerts })
  const visitor = browser()
  /** The page after it. */
  const submit = async (path: string, fields: Record<string, string>) => {
    await visitor.post(path, fields, { from: '/alerts' })
    return visitor.text('/alerts')
  }
  return { store, sent, answer, visitor, submit }
}

const ENTERED = { urls: 'https://hooks.example.com/token-in-path', secret: 'signing-secret', failedRecords: '5' }

test('what is entered is kept sealed, used, and never shown', async () => {
  const { store, sent, visitor, submit } = await open()
  expect(await visitor.text('/alerts')).toContain('None: a problem is seen only in this console')
  await submit('/alerts/save', ENTERED)
  const page = await visitor.text('/alerts')
  expect(page).toContain('webhook at hooks.example.com')
  expect(page).toContain('value="5"')
  expect(page).not.toMatch(/token-in-path|signing-secret/)
  expect(JSON.stringify(await store.readCheckpoint('alert-settings'))).not.toMatch(/token-in-path|signing-secret/)
  await submit('/alerts/save', { emails: '', failedRecords: '7' })
  await submit('/alerts/test', {})
  expect(sent).toEqual(['https://hooks.example.com/token-in-path'])
  const cleared = await submit('/alerts/save', { clear: '1' })
  expect(cleared).toMatch(/class="message bad"[^>]*>Alert settings were saved, but no alert is sent/)
  expect(cleared).toContain('None: a problem is seen only in this console')
  expect(await submit('/alerts/test', {})).toMatch(/class="message bad"[^>]*>No test alert was sent/)
})

const WRONG = [
  ['urls', 'ftp://x', 'An alert address must be a URL'],
  ['emails', 'ann@', 'ann@ is no e-mail address'],
] as const

test('a wrong address changes nothing, and a refused test says so', async () => {
  const { answer, visitor, submit } = await open()
  await submit('/alerts/save', ENTERED)
  for (const [field, value, problem] of WRONG) {
    const refused = await visitor.post('/alerts/save', { from: 'x', [field]: value }, { from: '/alerts' })
    const page = await refused.text()
    expect(page).toMatch(new RegExp(`name="${field}"[^>]+value="${value}"[^>]+aria-invalid="true"`))
    expect(page).toContain(problem)
  }
  expect(await visitor.text('/alerts')).toContain('webhook at hooks.example.com')
  answer.status = 404
  expect(await submit('/alerts/test', {})).toContain('hooks.example.com answered 404')
})

test('settings of the environment win, and the page says which', async () => {
  const { sent, visitor, submit } = await open({ urls: ['https://fixed.example.com/'] })
  await submit('/alerts/save', ENTERED)
  expect(await visitor.text('/alerts')).toContain('take precedence over these: webhook addresses')
  await submit('/alerts/test', {})
  expect(sent).toEqual(['https://fixed.example.com/'])
})

test('an answer to a form and a page that is not there ask for no live updates: nothing is at their address', async () => {
  const { visitor } = await open()
  const events = async (answer: Promise<Response>) => / data-events="([^"]*)"/.exec(await (await answer).text())?.[1]
  expect(await events(visitor.get('/alerts'))).toMatch(/^\/changes/)
  expect(await events(visitor.post('/alerts/save', { urls: 'hooks.example.com' }, { from: '/alerts' }))).toBe('')
  expect(await events(visitor.get('/nowhere'))).toBe('')
})
