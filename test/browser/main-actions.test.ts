/** The main action of each page, by keyboard alone and by touch on the narrowest phone. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect } from 'vitest'
import { createCleanup } from '../helpers/processes/processes.ts'
import { tabToElement } from './keyboard.ts'
import { horizontalOverflow, inBrowser, openPage, PHONE } from './page-helpers.ts'
import { startSeededApp } from './seed-store.ts'

const closing = createCleanup()

let it: Awaited<ReturnType<typeof startSeededApp>>
beforeAll(async () => {
  it = await startSeededApp(closing, { days: 0 })
})
afterAll(() => closing.close())

type Step = readonly [what: 'fill' | 'press', selector: string, text?: string]

interface MainAction {
  readonly path: string
  readonly steps: readonly Step[]
  /** What the page shows afterwards. */
  readonly result: string
}

const CONFIRM: Step = ['press', 'dialog button[value=yes]']
const SAVED = 'main > .message.good'

/** `group`: of failed records. `name`: of a person. */
const actionsOn = (group: string, name: string): readonly MainAction[] => [
  {
    path: 'find',
    steps: [
      ['fill', 'input[type=search]', '904'],
      ['press', 'main form[action="/find"] button'],
    ],
    result: '#found article',
  },
  {
    path: 'events',
    steps: [
      ['fill', '#person', '904'],
      ['press', 'form[action="/events/person"] button'],
    ],
    result: '.chip:has(.hidden)',
  },
  {
    path: `failed-events?group=${group}`,
    steps: [
      ['press', 'summary:has(+ form[action="/failed-events/dismiss"])'],
      ['fill', '#group-reason', 'They were tests'],
      ['press', 'form[action="/failed-events/dismiss"]:not(#selection) button'],
      CONFIRM,
    ],
    result: SAVED,
  },
  {
    path: 'history',
    steps: [
      ['press', '#new-import > summary'],
      ['press', '#new-import form button'],
      ['press', 'form[action="/import/begin"] button'],
    ],
    result: SAVED,
  },
  {
    path: 'segments-and-flows',
    steps: [['press', 'form[action="/segments-and-flows/create"] button'], CONFIRM],
    result: SAVED,
  },
  {
    path: 'webhooks',
    steps: [['press', 'button[data-copy]']],
    result: 'button:text("Copied")',
  },
  {
    path: 'alerts',
    steps: [
      ['fill', '#urls', 'https://hooks.example.com/alerts'],
      ['press', 'form[action="/alerts/save"] button'],
      ['press', 'form[action="/alerts/test"] button'],
    ],
    result: SAVED,
  },
  {
    path: 'set-up/people',
    steps: [
      ['fill', 'form[action="/set-up/people/invite"] input[name=name]', name],
      ['press', 'form[action="/set-up/people/invite"] button'],
    ],
    result: SAVED,
  },
]

async function byKeyboard(page: Page, [what, selector, text = '']: Step): Promise<void> {
  await tabToElement(page, selector)
  await (what === 'fill' ? page.keyboard.type(text) : page.keyboard.press('Enter'))
}

async function byTouch(page: Page, [what, selector, text = '']: Step): Promise<void> {
  expect(await horizontalOverflow(page), `before ${selector}`).toBe(0)
  await page.locator(selector).first().tap()
  if (what === 'fill') await page.keyboard.type(text)
}

inBrowser.each([
  ['by keyboard', byKeyboard, {}],
  ['by touch', byTouch, { ...PHONE, viewport: { width: 320, height: 640 } }],
] as const)('%s', async (name, perform, screen) => {
  const permissions = ['clipboard-read', 'clipboard-write']
  const { page, faults } = await openPage(closing, { permissions, ...screen })
  const [failed] = await it.store.groupDeadLetters()
  for (const { path, steps, result } of actionsOn(encodeURIComponent(failed?.group ?? ''), name)) {
    await it.during(page.goto(it.url + path))
    for (const step of steps) {
      await it.during(page.locator(step[1]).first().waitFor())
      await it.during(perform(page, step))
    }
    await it.during(page.locator(result).first().waitFor())
    expect(await horizontalOverflow(page), path).toBe(0)
  }
  expect(JSON.parse(it.alerted.at(-1) ?? '{}')).toBeTruthy()
  expect(faults).toEqual([])
})
