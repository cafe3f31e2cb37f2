/** Opens pages in a browser context of their own, watched for errors, and inspects what they show. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { inject, test } from 'vitest'
import { systemClock } from '../../runtime/system.ts'
import type { Cleanup } from '../helpers/processes/processes.ts'

/** Skipped without Chromium; `npm test` says so. */
export const inBrowser = test.skipIf(inject('browser') === '')

export interface PageUnderTest {
  readonly page: Page
  /** Forbidden behaviour of pages: errors, dialogs, requests to other hosts. */
  readonly faults: string[]
}

let browserPromise: Promise<Browser> | undefined

/**
 * Milliseconds. Chromium 156 never answers a close during a navigation: 3 of 140 closes right after a form was sent,
 * none of 160 after the next page had loaded. A context that stays open ends with the browser.
 */
const CLOSE_TIMEOUT = 5_000

/** `expectedStatuses`: the browser reports these as errors, but the test provokes them. */
export async function openPage(
  closing: Cleanup,
  options: BrowserContextOptions = {},
  expectedStatuses: readonly number[] = [],
): Promise<PageUnderTest> {
  browserPromise ??= chromium.connect(inject('browser'))
  const browser = await browserPromise
  const context = await browser.newContext({ viewport: { width: 1100, height: 800 }, ...options })
  closing.add(context, async () => {
    const closed = new AbortController()
    await Promise.race([context.close(), systemClock.sleep(CLOSE_TIMEOUT, closed.signal)])
    closed.abort()
  })
  context.setDefaultTimeout(20_000)
  const page = await context.newPage()
  const faults: string[] = []
  const expected = (text: string) => expectedStatuses.some((status) => text.includes(`status of ${status}`))
  page.on('console', (message) => {
    const { url } = message.location()
    // A plain-text response names no icon, so the browser requests the default one.
    if (message.type() === 'error' && !expected(message.text()) && !url.endsWith('/favicon.ico'))
      faults.push(`logs ${message.text()} at ${url}`)
  })
  page.on('pageerror', (error) => faults.push(`throws ${error.message}`))
  page.on('dialog', (dialog) => {
    faults.push(`opens a dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  context.on('request', (request) => {
    const { hostname, protocol } = new URL(request.url())
    if (protocol !== 'data:' && hostname !== '127.0.0.1') faults.push(`requests ${hostname}`)
  })
  return { page, faults }
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Serious and critical violations by axe, one line each. */
export const accessibilityViolations = (page: Page): Promise<string[]> => runAxe(page, {})

/** Texts whose colour is too near to that behind them: all that another colour scheme can change. */
const poorContrast = (page: Page): Promise<string[]> => runAxe(page, { runOnly: ['color-contrast'] })

async function runAxe(page: Page, options: object): Promise<string[]> {
  const hasAxe = await page.evaluate<boolean>("'axe' in window")
  if (!hasAxe) await page.evaluate(AXE)
  const run = JSON.stringify({ resultTypes: ['violations'], ...options })
  return page.evaluate(`axe.run(document, ${run}).then(({ violations }) => violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ target, any }) => [id, target.join(' '), any[0]?.message].join(': '))))`)
}

/** Pixels by which the page or one of its tables is wider than the screen. */
export const horizontalOverflow = (page: Page): Promise<number> =>
  page.evaluate(`Math.max(...[document.documentElement, ...document.querySelectorAll('.table')]
    .map(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth))`)

export const PHONE = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true }

/** From the narrowest phone to a wide screen, pixels; 1023 and 1024 have the navigation above and beside the page. */
const WIDTHS = [320, 480, 768, 1023, 1024, 1280, 1600]

/** The widths at which the page is wider than the screen, one line each. */
export async function overflowAtWidths(page: Page): Promise<string[]> {
  const wrong: string[] = []
  const before = page.viewportSize()
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 800 })
    const overflow = await horizontalOverflow(page)
    if (overflow > 0) wrong.push(`${overflow} pixels wider than ${width}`)
  }
  if (before !== null) await page.setViewportSize(before)
  return wrong
}

/** Opens all that is collapsed, so that it is checked, too. */
export const openDetails = (page: Page): Promise<void> =>
  page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")

/** Text of the focused element, and whether its focus is visible. */
export async function focusedElement(page: Page): Promise<{ readonly words: string; readonly seen: boolean }> {
  return page.evaluate(`(() => {
    const it = document.activeElement
    // Past the last element the focus is on the browser itself.
    if (it === document.body) return { words: '', seen: true }
    const { outlineStyle, outlineWidth } = getComputedStyle(it)
    const { top, bottom, left, right, width } = it.getBoundingClientRect()
    const inside = bottom > 0 && top < innerHeight && right > 0 && left < innerWidth && width > 0
    const words = (it.labels?.[0] ?? it).textContent.trim().replace(/\\s+/g, ' ')
    return { words, seen: inside && outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2 }
  })()`)
}

/** What the accessibility checker and the widths find, on a screen and on a phone, in light and in dark. */
export async function displayFaults(page: Page): Promise<readonly string[]> {
  const found = [...(await accessibilityViolations(page)), ...(await overflowAtWidths(page))]
  await page.emulateMedia({ colorScheme: 'dark' })
  found.push(...(await poorContrast(page)))
  await page.emulateMedia({ colorScheme: 'light' })
  await page.setViewportSize(PHONE.viewport)
  found.push(...(await accessibilityViolations(page)))
  await page.setViewportSize({ width: 1100, height: 800 })
  return found
}
