/** People with a role and a password of their own: invitations, signing in, changes by an owner, and what the timeline says. */
import { expect, test } from 'vitest'
import { readTimeline } from '../../../runtime/timeline.ts'
import { browser, LOCAL, openConsole } from '../../helpers/console.ts'

const PASSWORD = 'correct horse'
const OWN = 'a password of my own'

async function open() {
  const shop = await openConsole({ password: PASSWORD })
  const owner = browser(shop.created, LOCAL)
  await owner.post('/log-in', { password: PASSWORD })
  const people = () => owner.text('/set-up/people')
  const invite = async (name: string, role: string) => {
    await owner.post('/set-up/people/invite', { name, role }, { from: '/set-up/people' })
    const page = await people()
    const code = /\/invitation#([\w.-]+)"/.exec(page)?.[1] ?? ''
    const id = code.split('.')[0] ?? ''
    return { page, code, id }
  }
  const change = (fields: Record<string, string>) =>
    owner.post('/set-up/people/change', fields, { from: '/set-up/people' })
  const accept = async (code: string, password = OWN, repeated = password) => {
    const client = browser(shop.created, LOCAL)
    const answer = await client.post('/invitation', { code, password, repeated }, { from: '/invitation' })
    return { client, location: answer.headers.get('location'), page: await client.text('/invitation') }
  }
  const timeline = async () =>
    (await readTimeline(shop.store)).entries.map(({ kind, text, by }) => `${kind}: ${text} (${by})`)
  return { ...shop, owner, people, invite, change, accept, timeline, stranger: () => browser(shop.created, LOCAL) }
}

test('an invitation sets a password once, and the person signs in with it', async () => {
  const it = await open()
  const { code } = await it.invite('Ann', 'viewer')
  const { client, location } = await it.accept(code)
  expect(location).toBe('/')
  expect(await client.text('/')).toContain('Ann')
  expect((await client.get('/set-up/people')).status).toBe(403)
  expect((await it.accept(code)).page).toContain('was used, replaced, or is too old')

  const again = it.stranger()
  await again.post('/log-in', { name: ' ANN ', password: OWN })
  expect((await again.get('/')).status).toBe(200)
  expect((await it.timeline()).filter((line) => !line.startsWith('state'))).toEqual([
    'sign-in: Signed in (Ann)',
    'sign-in: Accepted the invitation and signed in (Ann)',
    'people: Ann was invited as viewer (console)',
    'sign-in: Signed in with the password (console)',
  ])
  const stored = String(await it.store.readCheckpoint('console-users'))
  expect(stored).toContain('scrypt$32768$8$1$')
  expect(stored + it.logged.join()).not.toContain(OWN)
})

test.each([
  ['short', 'short', 'at least 10 characters'],
  [OWN, 'another password', 'The two passwords differ'],
])('a password %j is refused at its field', async (password, repeated, error) => {
  const it = await open()
  const { code } = await it.invite('Ann', 'viewer')
  const { page } = await it.accept(code, password, repeated)
  expect(page).toContain(error)
  expect(page).toMatch(/aria-describedby="[^"]*-error" aria-invalid="true"/)
  expect((await it.accept(code)).location).toBe('/')
})

test('a forged, an old and a replaced invitation open nothing', async () => {
  const it = await open()
  const { code, id } = await it.invite('Ann', 'owner')
  for (const forged of ['', 'x.y', `${id}.`, `${code}x`, `other.${code.split('.')[1]}`])
    expect((await it.accept(forged)).location).toBe('/invitation')
  await it.change({ user: id, do: 'invite' })
  expect((await it.accept(code)).location).toBe('/invitation')
  const page = await it.people()
  const next = /\/invitation#([\w.-]+)"/.exec(page)?.[1] ?? ''
  await it.clock.advance(8 * 86_400_000)
  expect((await it.accept(next)).location).toBe('/invitation')
})

test('names are checked, kept apart and shown as text', async () => {
  const it = await open()
  for (const [name, problem] of [
    ['', 'The name is missing'],
    ['<b>x</b>', 'A name has up to 60 letters'],
    ['x'.repeat(61), 'A name has up to 60 letters'],
  ] as const)
    expect((await it.invite(name, 'viewer')).page).toContain(problem)
  await it.invite('Åsa O’Neill', 'viewer')
  expect((await it.invite('åsa o’neill', 'owner')).page).toContain('This name is taken')
})

test('a role that changes and a person who is disabled or signed out take effect at once', async () => {
  const it = await open()
  const { code, id } = await it.invite('Ann', 'owner')
  const { client } = await it.accept(code)
  expect((await client.get('/set-up/people')).status).toBe(200)
  await it.change({ user: id, do: 'role', role: 'operator' })
  expect((await client.get('/set-up/people')).status).toBe(403)
  await it.change({ user: id, do: 'sign-out' })
  expect((await client.get('/')).status).toBe(303)
  await client.post('/log-in', { name: 'Ann', password: OWN })
  expect((await client.get('/')).status).toBe(200)
  await it.change({ user: id, do: 'disable' })
  expect((await client.get('/')).status).toBe(303)
  await client.post('/log-in', { name: 'Ann', password: OWN })
  expect((await client.get('/')).status).toBe(303)
  await it.change({ user: id, do: 'enable' })
  await client.post('/log-in', { name: 'Ann', password: OWN })
  expect((await client.get('/')).status).toBe(200)
  await it.change({ user: id, do: 'remove' })
  expect((await client.get('/')).status).toBe(303)
  expect((await it.timeline()).filter((line) => line.startsWith('people'))).toEqual([
    'people: Ann was removed (console)',
    'people: Ann was enabled (console)',
    'people: Ann was disabled (console)',
    'people: Ann was signed out everywhere (console)',
    'people: Ann now has the role operator (console)',
    'people: Ann was invited as owner (console)',
  ])
})

test('a burst of failed attempts is in the timeline once, and is blocked', async () => {
  const it = await open()
  const { code } = await it.invite('Ann', 'viewer')
  await it.accept(code)
  const client = it.stranger()
  const answers: number[] = []
  for (let at = 0; at < 12; at++)
    answers.push((await client.post('/log-in', { name: at % 2 ? 'Ann' : 'Nobody', password: 'wrong password' })).status)
  expect(answers.slice(0, 10)).toEqual(Array(10).fill(303))
  expect(answers.slice(10)).toEqual([429, 429])
  const lines = (await it.timeline()).filter((line) => line.includes('failed'))
  expect(lines).toEqual(['sign-in: 5 attempts to sign in failed from one address (undefined)'])
  expect(it.logged.join()).not.toContain('wrong password')
})

test('the owner of the password stays an owner, and signs in below the form for names', async () => {
  const it = await open()
  await it.invite('Ann', 'viewer')
  const page = await it.stranger().text('/log-in')
  expect(page).toContain('Sign in with CONNECTOR_PASSWORD')
  const other = it.stranger()
  await other.post('/log-in', { password: PASSWORD })
  expect((await other.get('/set-up/people')).status).toBe(200)
})
