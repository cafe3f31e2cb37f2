/** The page Timeline: states, what visitors did and by whom, and that a person's data was shown, without naming the person. */
import { expect, test } from 'vitest'
import { readTimeline } from '../../../runtime/timeline.ts'
import { browser, LOCAL, openConsole, openConsoleWithConnector } from '../../helpers/console.ts'
import { reveal } from '../../helpers/reveal.ts'

const textOf = (html: string) => html.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ')

async function open() {
  const shop = await openConsoleWithConnector({ visitor: () => ({ id: '7', name: 'Ann', may: 'set-up' }) })
  const timeline = async () =>
    (await readTimeline(shop.connector.store)).entries.map(({ text, by = '' }) => `${text} ${by}`.trim())
  return { ...shop, visitor: browser(shop.created, LOCAL), timeline }
}

test('notes an action by the visitor, and nothing for one that was refused', async () => {
  const { visitor, timeline } = await open()
  await visitor.text('/')
  await visitor.post('/import/pause', {}, { from: '/find' })
  await visitor.post('/failed-events/retry', { id: 'unknown' }, { from: '/find' })
  expect((await timeline()).filter((line) => line.endsWith('Ann'))).toEqual([])
  await visitor.post('/import/begin', { metric: 'Resolved Ticket' }, { from: '/find' })
  expect(await timeline()).toContain('The import has started Ann')
  expect(textOf(await visitor.text('/timeline'))).toMatch(/The import has started\. Ann/)
})

test('notes how an import ended', async () => {
  const { visitor, timeline, clock, store } = await open()
  await visitor.text('/')
  await visitor.post('/import/begin', { metric: 'Resolved Ticket' }, { from: '/find' })
  const page = async () => textOf(await visitor.text('/timeline'))
  for (let seconds = 0; seconds < 600 && !(await page()).includes('complete'); seconds++) await clock.advance(1_000)
  const sent = (await store.tallies()).find(({ status }) => status === 'delivered')?.count
  expect(sent).toBeGreaterThan(1)
  expect(await timeline()).toContain(`The import is complete: ${sent} events sent`)
})

test('notes that personal data was shown, by the number of the record', async () => {
  const { visitor, timeline, store, notify, work } = await open()
  await notify('ticket.created', { type: 'ticket', id: '901', email: 'secret@person.example' }, { id: 'n-901' })
  await work(2_000)
  const [entry] = await store.trace('901')
  const reveals = async () => (await timeline()).filter((line) => line.includes('Personal data'))
  await visitor.text(`/records/${entry?.seq}`)
  expect(await reveals()).toEqual([])
  expect(await reveal(visitor, entry?.seq)).toContain('secret@person.example')
  expect(await reveals()).toEqual([`Personal data of record ${entry?.seq} was shown Ann`])
})

test('says that the printed link signed in', async () => {
  const shop = await openConsole()
  await shop.browser().text('/')
  const { entries } = await readTimeline(shop.store)
  expect(entries.map(({ text }) => text)).toContain('Signed in with the printed link')
})

test('notes each change of the state', async () => {
  const { visitor, timeline, connector } = await open()
  await visitor.text('/')
  const before = await timeline()
  expect(before.length).toBe(1)
  await visitor.text('/')
  expect(await timeline()).toEqual(before)
  expect(await connector.acceptsWebhooks()).toBe(true)
})
