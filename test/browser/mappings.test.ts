/** Edits a mapping against a real process: a mistake, completion, preview, saving, the next event, and back to the version before. */
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect } from 'vitest'
import { systemClock } from '../../runtime/system.ts'
import { findContactWithEmail } from '../helpers/connector-harness.ts'
import { copySpec } from '../helpers/editing-console.ts'
import { createCleanup, signatureOf, startProcess, startSandbox } from '../helpers/processes/processes.ts'
import { accessibilityViolations, horizontalOverflow, inBrowser, openPage } from './page-helpers.ts'

const closing = createCleanup()
afterEach(() => closing.close())

const TICKET = 'mappings/created-ticket.yaml'
/** What a person notices while typing. The rest of the second is for a busy machine. Milliseconds. */
const SOON = 5_000

/** A connector that runs a copy of the shipped spec, and its sandbox. */
async function startEdited() {
  const copy = copySpec(closing)
  for (const name of ['cases', 'courses', 'fixtures'])
    cpSync(join('conformance', name), join(copy.folder, 'tests', name), { recursive: true })
  const { env, intercom, klaviyo } = await startSandbox(closing, { conversations: 5, tickets: 5 })
  const settings = { ...env, CONNECTOR_SPEC: copy.folder }
  const said = await startProcess(['start', '--json', '--port', '0', '--store', 'memory:'], settings, closing)
    .firstOutput
  const { id } = await findContactWithEmail(intercom)

  /** A ticket of today, until its event has arrived. */
  async function createTicket(number: number, event = 'Created Ticket'): Promise<Readonly<Record<string, unknown>>> {
    const at = Math.floor(systemClock.now() / 1000)
    const ticket_state = { type: 'ticket_state', id: '1', category: 'submitted', internal_label: 'New' }
    const contacts = { type: 'contact.list', contacts: [{ type: 'contact', id }] }
    const item = { type: 'ticket', id: `${number}`, ticket_id: `${number}`, created_at: at, contacts, ticket_state }
    const data = { type: 'notification_event_data', item }
    const envelope = { type: 'notification_event', app_id: 'sandbox1', id: `n-${number}`, topic: 'ticket.created' }
    const body = JSON.stringify({ ...envelope, created_at: at, data })
    const headers = { 'x-hub-signature': signatureOf(body) }
    expect((await fetch(said.webhook ?? '', { method: 'POST', body, headers })).status).toBe(200)
    const find = () =>
      klaviyo.events().find(({ metric, properties }) => metric === event && properties['Ticket ID'] === `${number}`)
    await expect.poll(find, { timeout: 20_000 }).toBeDefined()
    return find()?.properties ?? {}
  }

  return { ...copy, url: said.url ?? '', signIn: said.signIn ?? '', createTicket }
}

inBrowser('a mapping is edited, saved, run and restored', async () => {
  const it = await startEdited()
  const before = it.read(TICKET)
  expect(await it.createTicket(9001)).not.toHaveProperty('Stage')
  const { page, faults } = await openPage(closing, {}, [422])
  const editor = page.getByRole('textbox', { name: /leaves the editor/ })
  const result = page.locator('#result')
  await page.goto(it.signIn)
  await page.getByRole('heading', { level: 1 }).waitFor()
  await page.goto(`${it.url}mappings`)
  await page.getByRole('link', { name: TICKET }).click()
  await editor.click()
  await page.keyboard.press('Control+End')

  await page.keyboard.type('properties:\nStage: ticket_sate.category')
  await page.keyboard.press('Escape')
  await page.locator('.cm-lintRange').first().waitFor({ timeout: SOON })
  for (let at = 0; at < '_sate.category'.length; at += 1) await page.keyboard.press('Backspace')
  await page.keyboard.type('_st')
  await page
    .getByRole('option', { name: /^ticket_state/ })
    .first()
    .click({ timeout: SOON }) // Enter is a new line while the list is younger than 75 ms
  await page.keyboard.type('.category')
  await page.keyboard.press('Escape')
  await result.getByText('on the line of the cursor').waitFor()
  await result.getByText('submitted').first().waitFor()
  expect(await page.locator('.cm-lintRange').count()).toBe(0)

  await page.getByRole('button', { name: 'What changes' }).click()
  await result.getByText(/now present in 1 of 1/).waitFor()
  await page.getByRole('button', { name: 'Tests' }).click()
  await result.getByText('every property, at the time of the first state').waitFor()
  await result.getByText(/^\d+ courses and recordings did not run here: run "connector test" in a terminal/).waitFor()
  await page.getByRole('button', { name: 'Save and run' }).click()
  await result.getByText('Nothing was saved').waitFor()
  await result.getByLabel('Save although they fail').check()
  await page.getByRole('button', { name: 'Save and run' }).click()
  await page.getByText('This process maps by it from now on.').waitFor()
  expect(it.read(TICKET)).toBe(`${before}properties:\n  Stage: ticket_state.category\n`)
  expect(await it.createTicket(9002)).toMatchObject({ Stage: 'submitted' })

  await page.goto(`${it.url}mappings/versions`)
  await page
    .getByRole('link', { name: /^Restore/ })
    .last()
    .click()
  await page.getByRole('button', { name: 'Restore this version' }).click()
  await page.getByText(/Restored \w+: the mappings run as/).waitFor()
  expect(it.read(TICKET)).toBe(before)
  expect(await it.createTicket(9003)).not.toHaveProperty('Stage')
  expect(faults).toEqual([])
})

inBrowser('a mapping that breaks is named before, saved only with consent, and so restored', async () => {
  const it = await startEdited()
  const before = it.read(TICKET)
  await it.createTicket(9001)
  await it.createTicket(9002)
  const { page, faults } = await openPage(closing, {}, [422])
  const editor = page.getByRole('textbox', { name: /leaves the editor/ })
  const result = page.locator('#result')
  const fails = /This mapping fails for 2 of 2 recent records: .*cannot be read as a number, line \d+ of/
  await page.goto(it.signIn)
  await page.getByRole('heading', { level: 1 }).waitFor()
  await page.goto(`${it.url}mappings/file?name=${encodeURIComponent(TICKET)}`)
  await editor.click()
  await page.keyboard.press('Control+End')
  await page.keyboard.type('properties:\nSize: $number(type)')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'What changes' }).click()
  await result.getByText(fails).waitFor()
  await page.getByRole('button', { name: 'Save and run' }).click()
  await result.getByText('Nothing was saved').waitFor()
  await result.getByText(fails).waitFor()
  expect(await accessibilityViolations(page)).toEqual([])
  expect(it.read(TICKET)).toBe(before)
  await result.getByLabel('Accept this for Created Ticket').check()
  await result.getByLabel('Save although they fail').check()
  await page.getByRole('button', { name: 'Save and run' }).click()
  await page.getByText('This process maps by it from now on.').waitFor()
  expect(it.read(TICKET)).toContain('Size: $number(type)')

  const restore = async (row: 'first' | 'last') => {
    await page.goto(`${it.url}mappings/versions`)
    await page
      .getByRole('link', { name: /^Restore/ })
      [row]()
      .click()
    await page.getByRole('button', { name: 'Restore this version' }).click()
  }
  await restore('last')
  await page.getByText(/Restored \w+: the mappings run as/).waitFor()
  await restore('first')
  await page.getByText(fails).waitFor()
  expect(await accessibilityViolations(page)).toEqual([])
  await page.getByLabel('Accept this for Created Ticket').check()
  await page.getByRole('button', { name: 'Restore this version' }).click()
  await page.getByText(/Restored \w+: the mappings run as/).waitFor()
  expect(it.read(TICKET)).toContain('Size: $number(type)')
  expect(faults).toEqual([])
})

inBrowser('a new metric begins as a copy, and its event is sent once it is saved', async () => {
  const it = await startEdited()
  const { page, faults } = await openPage(closing)
  await page.goto(it.signIn)
  await page.getByRole('heading', { level: 1 }).waitFor()
  await page.goto(`${it.url}mappings`)
  await page.getByRole('link', { name: 'New metric' }).click()
  await page.getByLabel('Name of the metric').fill('Opened Ticket')
  await page.getByLabel('Start from').selectOption('Created Ticket')
  await page.getByRole('button', { name: 'Write the mapping' }).click()
  await page.getByText('A copy of Created Ticket').waitFor()
  expect(await accessibilityViolations(page)).toEqual([])
  await page.getByRole('button', { name: 'Save and run' }).click()
  await page.getByText('This process maps by it from now on.').waitFor()
  expect(it.read('mappings/opened-ticket.yaml')).toContain('key: [opened-ticket, id]')
  await it.createTicket(9001, 'Opened Ticket')
  expect(faults).toEqual([])
})

inBrowser('the editor is left by keyboard, and fits phones in both schemes', async () => {
  const it = await startEdited()
  const { page, faults } = await openPage(closing, { reducedMotion: 'reduce' })
  await page.goto(it.signIn)
  await page.getByRole('heading', { level: 1 }).waitFor()
  await page.goto(`${it.url}mappings/file?name=${encodeURIComponent(TICKET)}`)
  await page.getByRole('textbox', { name: /leaves the editor/ }).focus()
  await page.keyboard.press('Escape')
  await page.keyboard.press('Tab')
  expect(await page.evaluate('document.activeElement.textContent')).toBe('Save and run')
  expect(await accessibilityViolations(page)).toEqual([])
  for (const name of ['', 'file?name=mappings%2Fprofile.yaml', 'versions', 'switch?metric=Created%20Ticket']) {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      await page.setViewportSize({ width: 375, height: 800 })
      await page.goto(`${it.url}mappings/${name}`.replace(/\/$/, ''))
      expect(await horizontalOverflow(page)).toBeLessThanOrEqual(0)
      expect(await accessibilityViolations(page)).toEqual([])
    }
  }
  expect(faults).toEqual([])
})

inBrowser('without a script the text is checked and saved by the form, and a metric turned off and on', async () => {
  const it = await startEdited()
  const { page } = await openPage(closing, {}, [422])
  await page.goto(it.signIn)
  await page.getByRole('heading', { level: 1 }).waitFor()
  const plain = await page
    .context()
    .browser()
    ?.newContext({
      javaScriptEnabled: false,
      storageState: await page.context().storageState(),
    })
  const other = await plain?.newPage()
  if (plain === undefined || other === undefined) throw new Error('no browser')
  closing.add(plain, () => plain.close())
  await other.goto(`${it.url}mappings/file?name=${encodeURIComponent(TICKET)}`)
  const text = it.read(TICKET)
  await other.getByLabel('Text of').fill(text.replace('resource: ticket', 'resource: tickt'))
  await other.getByRole('button', { name: 'Problems' }).click()
  await other.getByText('1 error').waitFor()
  await other.getByLabel('Text of').fill(text.replace('A ticket was created.', 'One more.'))
  await other.getByRole('button', { name: 'Save and run' }).click()
  await other.getByText('This process maps by it from now on.').waitFor()
  expect(it.read(TICKET)).toContain('One more.')

  const row = other.getByRole('row', { name: /^Created Ticket/ })
  for (const to of ['off', 'on']) {
    await other.goto(`${it.url}mappings`)
    await row.getByRole('link', { name: `Turn ${to}` }).click()
    await other.getByRole('button', { name: `Turn ${to}` }).click()
    await row.locator('.badge', { hasText: new RegExp(`^${to}$`, 'i') }).waitFor()
    expect(it.read(TICKET).includes('enabled: false')).toBe(to === 'off')
  }
  await it.createTicket(9101)
})
