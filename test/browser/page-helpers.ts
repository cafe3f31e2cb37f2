/** Somebody at a browser: a context of their own, watched for what no page may do, and what a reader would look at. */

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { inject, test } from 'vitest'
import { systemClock } from '../../runtime/system.ts'
import type { Closers } from '../helpers/processes.ts'

/** Without Chromium there is no browser to ask; `npm test` says so. */
export const inBrowser = test.skipIf(inject('browser') === '')

export interface Visitor {
  readonly page: Page
  /** What pages did and must not: errors, scripts from outside, dialogs, requests that would leave the machine. */
  readonly faults: string[]
}

let joined: Promise<Browser> | undefined

/**
 * Chromium 156 never answers a close that meets a page just being changed for another: 3 of 140 closes right after a
 * form was sent, none of 160 after the next page had come. What stays open then ends with the browser. Milliseconds.
 */
const CLOSES_WITHIN = 5_000

/** `expects`: statuses of pages that the test asks for; a browser reports each as an error. */
export async function visitor(
  closing: Closers,
  options: BrowserContextOptions = {},
  expects: readonly number[] = [],
): Promise<Visitor> {
  joined ??= chromium.connect(inject('browser'))
  const browser = await joined
  const context = await browser.newContext({ viewport: { width: 1100, height: 800 }, ...options })
  closing.add(context, async () => {
    const closed = new AbortController()
    await Promise.race([context.close(), systemClock.sleep(CLOSES_WITHIN, closed.signal)])
    closed.abort()
  })
  context.setDefaultTimeout(20_000)
  const page = await context.newPage()
  const faults: string[] = []
  const expected = (text: string) => expects.some((status) => text.includes(`status of ${status}`))
  page.on('console', (message) => {
    const { url } = message.location()
    // A refusal in plain text names no icon, so a browser looks for one by itself.
    if (message.type() === 'error' && !expected(message.text()) && !url.endsWith('/favicon.ico'))
      faults.push(`says ${message.text()} at ${url}`)
  })
  page.on('pageerror', (error) => faults.push(`throws ${error.message}`))
  page.on('dialog', (dialog) => {
    faults.push(`opens a dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  context.on('request', (request) => {
    const { hostname, protocol } = new URL(request.url())
    if (protocol !== 'data:' && hostname !== '127.0.0.1') faults.push(`asks ${hostname}`)
  })
  return { page, faults }
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What the accessibility checker calls serious or critical, one line each. */
export async function barriers(page: Page): Promise<string[]> {
  await page.evaluate(AXE)
  return page.evaluate(`axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ target, any }) => [id, target.join(' '), any[0]?.message].join(': '))))`)
}

/** Pixels by which a page, or a table in it, is wider than the screen. */
export const sideways = (page: Page): Promise<number> =>
  page.evaluate(`Math.max(...[document.documentElement, ...document.querySelectorAll('.table')]
    .map(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth))`)

/** What has the focus, in words, and whether a person can see that it has. */
export async function focus(page: Page): Promise<{ readonly words: string; readonly seen: boolean }> {
  return page.evaluate(`(() => {
    const it = document.activeElement
    // Past the last thing of a page the focus is on the browser itself.
    if (it === document.body) return { words: '', seen: true }
    const { outlineStyle, outlineWidth } = getComputedStyle(it)
    const { top, bottom, left, right, width } = it.getBoundingClientRect()
    const inside = bottom > 0 && top < innerHeight && right > 0 && left < innerWidth && width > 0
    const words = (it.labels?.[0] ?? it).textContent.trim().replace(/\\s+/g, ' ')
    return { words, seen: inside && outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2 }
  })()`)
}
