/** Names, titles and tags with markup, script or bidi overrides are shown as text, and none of it runs. */
import type { Page } from 'playwright-core'
import { afterEach, expect } from 'vitest'
import { createCleanup } from '../helpers/processes/processes.ts'
import { seqOf } from './all-pages.ts'
import { startApp } from './app-under-test.ts'
import { inBrowser, openDetails, openPage } from './page-helpers.ts'

const closing = createCleanup()
afterEach(() => closing.close())

const RTL_OVERRIDE = '\u202e'
const HOSTILE = `"'><img src=x onerror="window.hit=1"><script>window.hit=2</script><a href="javascript:hit=3">${RTL_OVERRIDE}desrever`

/** Hostile text wherever others may have written it: contact, tags, workspace. */
async function instead(request: Request): Promise<Response | undefined> {
  const { pathname } = new URL(request.url)
  const id = /^\/contacts\/([^/]+)$/.exec(pathname)?.[1]
  if (id !== undefined) return Response.json(person(id))
  if (pathname === '/me') return Response.json({ app: { id_code: 'sandbox1', name: HOSTILE, timezone: HOSTILE } })
  return undefined
}

const person = (id: string) => ({
  type: 'contact',
  id,
  role: 'user',
  email: 'ann@mail.example',
  name: HOSTILE,
  tags: { type: 'list', data: [{ type: 'tag', id: '1', name: HOSTILE }] },
  custom_attributes: { [HOSTILE]: HOSTILE },
})

const CONVERSATION = {
  title: HOSTILE,
  tags: { type: 'tag.list', tags: [{ type: 'tag', id: '1', name: HOSTILE }] },
  custom_attributes: { [HOSTILE]: HOSTILE },
  source: { type: HOSTILE, body: HOSTILE, author: { type: 'user', name: HOSTILE } },
}

/** Words of the page itself reversed by hostile text: their first letter is to the right of their last. */
const reversedWords = (page: Page): Promise<string[]> =>
  page.evaluate(`(() => {
    const at = (node, from) => {
      const range = document.createRange()
      range.setStart(node, from)
      range.setEnd(node, from + 1)
      return range.getBoundingClientRect()
    }
    const found = []
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    while (walk.nextNode()) {
      const node = walk.currentNode
      if (node.data.includes('${RTL_OVERRIDE}')) continue
      for (const { index, 0: word } of node.data.matchAll(/[a-z]{3,}/gi)) {
        const [first, last] = [at(node, index), at(node, index + word.length - 1)]
        if (first.width > 1 && first.top === last.top && first.left > last.left) found.push(word)
      }
    }
    return found
  })()`)

inBrowser('shows hostile text, runs none of it, and keeps its own words in order', async () => {
  const it = await startApp(closing, { conversations: 9, instead })
  await it.rate('77', { id: 'c1', email: '' }, CONVERSATION)
  await it.notify('ticket.created', { type: 'ticket', id: HOSTILE, title: HOSTILE, email: HOSTILE }, HOSTILE)
  await it.notify(HOSTILE, { type: HOSTILE, id: HOSTILE })
  await it.work(3_000)
  const [event] = await it.store.events({ metric: 'Rated Conversation', limit: 1 })
  const [group] = await it.store.groupDeadLetters()
  const encode = encodeURIComponent
  const failed = await seqOf(group?.example, it.store)

  const { page, faults } = await openPage(closing, {}, [404])
  const shown: string[] = []
  const wrong: string[] = []
  for (const path of [
    '',
    `metric/${encode('Rated Conversation')}`,
    `events/${event?.id}`,
    `metric/${encode(HOSTILE)}`,
    `records/${event?.seq}`,
    `records/${failed}`,
    `find?ref=${encode(HOSTILE)}`,
    'find?ref=unknown',
    'failed-events',
    `failed-events?group=${encode(group?.group ?? '')}`,
    'segments-and-flows',
    `import?metric=${encode(HOSTILE)}&since=${encode(HOSTILE)}`,
    'set-up',
    'set-up/check',
    'set-up/intercom',
    `set-up/webhooks?address=${encode(HOSTILE)}`,
    `set-up/${encode(HOSTILE)}`,
  ]) {
    await it.during(page.goto(it.url + path))
    const reveal = page.getByRole('button', { name: 'Show personal data' })
    if (await reveal.isVisible()) {
      await it.during(reveal.click())
      await page.getByRole('button', { name: 'Hide personal data' }).waitFor()
    }
    await openDetails(page)
    if ((await page.locator('main').innerText()).includes('<script>window.hit=2</script>')) shown.push(path)
    const made = await page.locator('img, iframe, script:not([src]), [onerror], a[href^="javascript"]').count()
    if (made > 0) wrong.push(`${path} has ${made} elements made of text`)
    wrong.push(...(await reversedWords(page)).map((word) => `${path} shows "${word}" reversed`))
  }
  expect(wrong).toEqual([])
  expect(await page.evaluate('window.hit')).toBeUndefined()
  // Otherwise the test tested nothing.
  expect(shown.length).toBeGreaterThan(4)
  expect(faults).toEqual([])
})
