/** An owner invites people; each role sees and does what it may, and the timeline names them. */
import type { Page } from 'playwright-core'
import { afterEach, expect } from 'vitest'
import { createCleanup } from '../helpers/processes/processes.ts'
import { startApp } from './app-under-test.ts'
import { horizontalOverflow, inBrowser, openPage, PHONE } from './page-helpers.ts'

const closing = createCleanup()
afterEach(() => closing.close())

const OWN = 'a password of my own'
/** Forms that change nothing. */
const HARMLESS = ['/find', '/events/person', '/log-out']

const postForms = (page: Page): Promise<string[]> =>
  page.evaluate("[...document.querySelectorAll('form[method=post]')].map((form) => form.getAttribute('action'))")

inBrowser('a viewer sees no personal data and changes nothing, an operator does, an owner manages both', async () => {
  const it = await startApp(closing, { conversations: 9, password: 'correct horse battery' })
  const [person] = await it.people()
  if (person === undefined) throw new Error('no contact has an address')
  await it.rate('77', person)
  await it.notify('ticket.created', { type: 'ticket', id: '901' })
  await it.work(3_000)
  const [event] = await it.store.events({ metric: 'Rated Conversation', limit: 1 })
  const open = (page: Page, path: string) => it.during(page.goto(it.url + path))
  const owner = await openPage(closing)
  await open(owner.page, 'set-up/people')
  await owner.page.getByLabel('Password').fill('correct horse battery')
  await it.during(owner.page.getByRole('button', { name: 'Sign in' }).click())

  /** The invited person, signed in by the link. */
  const invite = async (name: string, role: string, screen = {}) => {
    await owner.page.getByRole('textbox', { name: 'Name' }).fill(name)
    await owner.page.getByRole('radio', { name: role }).check()
    await it.during(owner.page.getByRole('button', { name: 'Create invitation' }).click())
    const link = await owner.page.getByRole('row', { name }).locator('code').textContent()
    const invited = await openPage(closing, screen, [403])
    await it.during(invited.page.goto(link?.replace(/^.*\/(?=invitation)/, it.url) ?? ''))
    await invited.page.getByLabel('Password', { exact: true }).fill(OWN)
    await invited.page.getByLabel('Repeat the password').fill(OWN)
    await it.during(invited.page.getByRole('button', { name: 'Sign in' }).click())
    await invited.page.getByRole('heading', { name: 'Overview' }).waitFor()
    return invited
  }

  const viewer = await invite('Vera', 'Viewer')
  const paths = ['', 'events', 'failed-events', 'history', 'segments-and-flows', 'mappings', 'webhooks', 'timeline']
  for (const path of [...paths, `events/${event?.id}`, `records/${event?.seq}`]) {
    await open(viewer.page, path)
    expect(
      (await postForms(viewer.page)).filter((form) => !HARMLESS.includes(form)),
      path,
    ).toEqual([])
    expect(await viewer.page.content(), path).not.toContain(person.email)
  }
  for (const path of ['alerts', 'set-up', 'set-up/people']) {
    await open(viewer.page, path)
    await viewer.page.getByRole('heading', { name: 'Not allowed' }).waitFor()
  }

  const operator = await invite('Otto', 'Operator', PHONE)
  await open(operator.page, `events/${event?.id}`)
  await it.during(operator.page.getByRole('button', { name: 'Show personal data' }).tap())
  await operator.page.getByRole('button', { name: 'Hide personal data' }).waitFor()
  expect(await operator.page.content()).toContain(person.email)
  expect(await horizontalOverflow(operator.page)).toBe(0)
  await open(operator.page, 'failed-events')
  expect(await postForms(operator.page)).toContain('/failed-events/retry')
  await open(operator.page, 'set-up/people')
  await operator.page.getByRole('heading', { name: 'Not allowed' }).waitFor()

  const vera = owner.page.getByRole('row', { name: 'Vera' })
  await open(owner.page, 'set-up/people')
  await vera.getByRole('combobox').selectOption('operator')
  await it.during(vera.getByRole('button', { name: /Change/ }).click())
  await open(viewer.page, `events/${event?.id}`)
  await viewer.page.getByRole('button', { name: 'Show personal data' }).waitFor()
  // A page that is open leaves for the sign-in by itself, at any moment from then on.
  await viewer.page.goto('about:blank')
  await vera.getByRole('button', { name: /^Disable/ }).click()
  await owner.page.getByRole('dialog').locator('button[value=yes]').click()
  await vera.getByText('Disabled').waitFor()
  await open(viewer.page, '')
  await viewer.page.getByRole('heading', { name: 'Sign in' }).waitFor()

  await open(owner.page, 'timeline')
  const shown = owner.page.getByRole('row', { name: /personal data.*Otto/i })
  await shown.first().waitFor()
  expect([...owner.faults, ...viewer.faults, ...operator.faults]).toEqual([])
})
