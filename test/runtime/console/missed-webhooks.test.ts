/** The page Missed webhooks and its card: what was checked, what was found, and that nothing is said of what was not. */
import { expect, test } from 'vitest'
import { openConsoleWithConnector } from '../../helpers/console.ts'

const text = (html: string) => html.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ')

async function open() {
  const shop = await openConsoleWithConnector()
  const browser = shop.browser()
  const reconcile = async () => {
    await shop.clock.until(shop.connector.reconcile({ signal: new AbortController().signal }))
    await shop.work(60_000)
  }
  return { ...shop, reconcile, read: async (path: string) => text(await browser.text(path)) }
}

test('says that nothing was checked, then that nothing was missed', async () => {
  const { reconcile, read } = await open()
  expect(await read('/missed-webhooks')).toContain('None yet Every 15 min.')
  expect(await read('/missed-webhooks')).not.toContain('no webhook was missed')
  expect(await read('/')).toContain('Not checked yet')
  await reconcile()
  const page = await read('/missed-webhooks')
  expect(page).toContain('0 changed records (0 conversations, 0 tickets, 0 contacts)')
  expect(page).toContain('Nothing: no webhook was missed.')
  expect(page).toContain('A missed webhook cannot be found: Intercom keeps no history of it.')
  expect(await read('/')).toMatch(/Missed webhooks None Last checked/)
})

test('lists what no webhook reported, by metric, with advice', async () => {
  const { reconcile, read, intercom, clock } = await open()
  await reconcile()
  for (let i = 0; i < 30; i++) {
    await clock.until(intercom.act()) // no address is subscribed: every webhook is lost
    await clock.advance(5_000)
  }
  await clock.advance(180_000)
  await reconcile()
  const page = await read('/missed-webhooks')
  expect(page).toContain('None ever came by webhook: subscribe to the topics in Intercom')
  expect(page).toContain('Events that no webhook reported')
  expect(page).toContain('Created Conversation')
  expect(await read('/')).toMatch(/Missed webhooks \d+ found/)
})
