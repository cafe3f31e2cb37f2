/** What every page keeps to in every state, as one line for each violation. */
import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'

/** Shows a button of each kind. */
const SAMPLES = 'design'

/** About code: what was received and sent, how it is mapped. Elsewhere code stands behind Details. */
const CODE_PAGES = /^(event|event-request|record|mappings.*|design)$/

/**
 * Counts there are of what the page itself lists, of records that an import read, or of stored records that are mapped for
 * the page alone.
 */
const OWN_COUNT_PAGES = /^(failed-events.*|find.*|history-estimate|coverage.*|mappings.*|timeline|design)$/

/** `name` as in `allPages`. */
export async function ruleViolations(page: Page, name: string): Promise<string[]> {
  const title = await page.locator('h1').textContent()
  if (title === 'Sign in' && name !== 'sign-in') return [`${name}: shows the sign-in page`]
  const primary = name === SAMPLES ? [] : await primaryButtons(page)
  const wrong = primary.length > 1 ? [`several primary buttons: ${primary.join(', ')}`] : []
  const text = await readableText(page)
  const zone = await page.locator('body').getAttribute('data-zone')
  const code = CODE_PAGES.test(name) ? [] : await codeOutsideDetails(page)
  const counts = OWN_COUNT_PAGES.test(name) ? [] : await unlinkedCounts(page)
  const read = await recordsReadWithoutList(page)
  return [...wrong, ...code, ...counts, ...read, ...(zone ? timeViolations(text) : []), ...wordViolations(text)].map(
    (one) => `${name}: ${one}`,
  )
}

/** Filled ones, also those in what is closed. */
const primaryButtons = (page: Page): Promise<string[]> =>
  page.evaluate(`[...document.querySelectorAll('main :is(button, a.button):not(.plain, [hidden])')]
    .map(({ textContent }) => textContent.trim().replace(/\\s+/g, ' '))`)

const codeOutsideDetails = (page: Page): Promise<string[]> =>
  page.evaluate(`[...document.querySelectorAll('pre')].filter((one) => !one.closest('details'))
    .map(({ textContent }) => 'code outside details: ' + textContent.trim().slice(0, 60))`)

/** Numbers of events and of records that wait or failed, which should lead to them. */
const unlinkedCounts = (page: Page): Promise<string[]> =>
  page.evaluate(`(() => {
    const copy = document.querySelector('main').cloneNode(true)
    for (const one of copy.querySelectorAll('script, a, button, option, code, pre, .value')) one.replaceWith('·')
    for (const one of copy.querySelectorAll('p, li, td, th, dt, dd, h1, h2, h3, summary, div, span')) one.append('\\n')
    return (copy.textContent.match(/.*(?<!(?:first|newest|last) )\\b[1-9][\\d,]* (event|record|deletion)s?\\b(?! read).*/g) ?? [])
      .map((line) => 'a count without a link: ' + line.trim())
  })()`)

/** Beside a number of records read there is a link to what became of them, or the reason why there is none. */
const recordsReadWithoutList = (page: Page): Promise<string[]> =>
  page.evaluate(`[...document.querySelectorAll('.overall')]
    .filter((one) => /[1-9][\\d,]* (of [\\d,]+ )?records? read/.test(one.textContent))
    .filter(({ nextElementSibling: next }) => !next?.querySelector('a[href*="run="]') && !/no longer stored/.test(next?.textContent))
    .map(({ textContent }) => 'records read without a list: ' + textContent.trim().slice(0, 60))`)

/** What a page says in words, one line each: no code, no values of events, no time zones of accounts, no details. */
const readableText = (page: Page): Promise<string> =>
  page.evaluate(`(() => {
    const copy = document.body.cloneNode(true)
    for (const one of copy.querySelectorAll('script, code, pre, kbd, textarea, .value, .account-zone, .place, #worst-problem')) one.remove()
    for (const one of copy.querySelectorAll('p, li, td, th, dt, dd, h1, h2, h3, summary, option, label, button, div'))
      one.append('\\n')
    return [...copy.textContent.split('\\n'), ...[...document.querySelectorAll('[data-confirm]')]
      .map(({ dataset }) => dataset.confirm)].map((line) => line.trim()).filter(Boolean).join('\\n')
  })()`)

/** The frame names the zone once; a chart of weeks adds its own. At a first visit the server does not know it yet. */
function timeViolations(text: string): string[] {
  const zones = text.split('\n').filter((line) => /\bUTC\b/.test(line))
  const times = text.match(/\S*\d{4}-\d\d-\d\dT\d\d:\d\S*|\d{4}-\d\d-\d\d \d\d:\d\d\S*/g) ?? []
  return [
    ...(zones.length > 1 ? [`names UTC ${zones.length} times: ${zones.join(' | ')}`] : []),
    ...times.map((time) => `shows ${time}, not in the zone of the viewer`),
  ]
}

interface AvoidedWord {
  readonly pattern: RegExp
  readonly instead: string
}

/** The last column of the table of words, each with the first. */
function readAvoidedWords(): readonly AvoidedWord[] {
  const page = readFileSync(new URL('../../docs/guide/words.md', import.meta.url), 'utf8')
  const rows = page.split('\n').filter((line) => line.startsWith('| '))
  return rows.slice(1).flatMap((row) => {
    const [, instead = '', , avoided = ''] = row.split('|').map((cell) => cell.trim())
    return [...avoided.matchAll(/`([^`]+)`/g)].map(([, word = '']) => ({
      pattern: new RegExp(`\\b${word.replace('*', '\\w*')}\\b`, 'i'),
      instead,
    }))
  })
}

const AVOIDED = readAvoidedWords()

function wordViolations(text: string): string[] {
  return text.split('\n').flatMap((line) =>
    AVOIDED.flatMap(({ pattern, instead }) => {
      const [word] = pattern.exec(line) ?? []
      return word === undefined ? [] : [`says “${word}”, not ${instead}: ${line}`]
    }),
  )
}
