/** A marketer's day in an empty folder with the packed package alone, in real processes: from `init` to an event in Klaviyo. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, inject, test } from 'vitest'
import { systemClock } from '../../runtime/system.ts'
import { installPackage } from '../helpers/processes/installed-package.ts'
import { createCleanup, postSigned, startProgram, waitUntil } from '../helpers/processes/processes.ts'

const { app, bin, run, remove } = await installPackage(inject('runFolder'))
const closing = createCleanup()
afterAll(async () => {
  await closing.close()
  remove()
})

/** Resolves to the exit code and the output of a command in the folder. */
async function connector(...args: readonly string[]) {
  try {
    const { stdout, stderr } = await run(bin, args)
    return { exit: 0, out: String(stdout), err: String(stderr) }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
    return { exit: code, out: stdout, err: stderr }
  }
}

const MAPPING = 'mappings/created-conversation.yaml'
function edit(find: string, put: string, path = MAPPING): void {
  const text = readFileSync(join(app, path), 'utf8')
  if (!text.includes(find)) throw new Error(`${path} does not hold ${find}`)
  writeFileSync(join(app, path), text.replace(find, put))
}

test('begins with a folder that passes at once', async () => {
  expect(readdirSync(app)).toEqual(['node_modules'])
  expect(await connector('init')).toMatchObject({ exit: 0, err: '' })
  expect(await connector('validate', '--strict')).toMatchObject({
    exit: 0,
    out: expect.stringMatching(/: no problems\n$/),
  })
  expect(await connector('test')).toMatchObject({ exit: 0, err: '' })
}, 90_000)

test('is shown a misspelt function at its place, with the right one', async () => {
  edit('First Page: source.url', 'First Page: $lowrcase(source.url)')
  const validated = await connector('validate')
  expect(validated).toMatchObject({ exit: 1 })
  expect(validated.out).toContain(`${MAPPING}:5:15: error: unknown function "$lowrcase"`)
  expect(validated.out).toContain('help: did you mean "$lowercase"?')
  expect(await connector('test')).toMatchObject({ exit: 3 })
  edit('$lowrcase', '$lowercase')
  expect(await connector('test')).toMatchObject({ exit: 0 })
}, 90_000)

test('is shown a value that is not the expected one, with the line that made it', async () => {
  edit('Channel: source.type', 'Channel: $uppercase(source.type)')
  const { exit, out } = await connector('test')
  expect(exit).toBe(1)
  expect(out).toContain('CONVERSATION')
  expect(out).toContain(`${MAPPING}:`)
  edit('Channel: $uppercase(source.type)', 'Channel: source.type')
  expect(await connector('test')).toMatchObject({ exit: 0 })
}, 90_000)

test('reads what the change does in Klaviyo, then sees it there without a restart', async () => {
  const { child, firstOutput, log, exitCode } = startProgram(
    [bin, 'start', '--sandbox', '--watch', '--port', '0', '--json'],
    {},
    closing,
    app,
  )
  const { webhook = '', sandbox } = (await firstOutput) as unknown as Started
  edit('  # Renamed:', '  Urgent: priority in ["high", "urgent"]\n\n  # Renamed:')
  const { exit, out } = await connector('plan', '--against', 'intercom-to-klaviyo')
  expect(exit).toBe(4)
  expect(out).toContain('+ properties.Urgent  priority in ["high", "urgent"]')
  await waitUntil('the edit is loaded', () => log().includes('the spec was reloaded'))

  expect(
    await postSigned(webhook, createNotification(await anyContact(sandbox.intercom)), 'sandbox-client-secret'),
  ).toBe(true)
  await waitUntil('the event is in Klaviyo', async () => (await findEvent(sandbox.klaviyo)) !== undefined)
  expect(await findEvent(sandbox.klaviyo)).toMatchObject({
    metric: 'Created Conversation',
    properties: { Urgent: true, Channel: 'conversation', 'First Page': 'https://harbourlight.example/orders' },
  })
  child.kill('SIGTERM')
  expect(await exitCode, log()).toBe(0)
}, 90_000)

interface Started {
  readonly webhook?: string
  readonly sandbox: { readonly intercom: string; readonly klaviyo: string }
}

/** One with an address that the local Klaviyo accepts. */
async function anyContact(base: string): Promise<string> {
  const headers = { authorization: 'Bearer sandbox-token' }
  const page = await fetch(new URL('/contacts?per_page=50', base), { headers })
  const { data } = (await page.json()) as { data: { id: string; email: string | null }[] }
  return data.find(({ email }) => email?.includes('@mail.'))?.id ?? ''
}

const ID = '8000001'

function createNotification(contact: string): string {
  const fixture = JSON.parse(readFileSync(join(app, 'tests/fixtures/conversation.json'), 'utf8'))
  const now = Math.floor(systemClock.now() / 1000)
  const person = { type: 'contact', id: contact }
  const item = {
    ...{ ...fixture, id: ID, created_at: now, updated_at: now, priority: 'high' },
    source: { ...fixture.source, author: { type: 'user', id: contact } },
    contacts: { type: 'contact.list', contacts: [person] },
  }
  const notification = { type: 'notification_event', app_id: 'sandbox1', id: 'notif_1', created_at: now }
  return JSON.stringify({ ...notification, topic: 'conversation.user.created', data: { item } })
}

async function findEvent(klaviyo: string): Promise<object | undefined> {
  const { events } = (await (await fetch(new URL('/sandbox/events', klaviyo))).json()) as { events: { key: string }[] }
  return events.find((event) => JSON.stringify(event).includes(`:${ID}`))
}
