/** `npm run screenshots [name]`: takes a reproducible screenshot of each page into docs/screenshots. */
import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Browser, type BrowserContextOptions, chromium } from 'playwright-core'
import { allPages, type PageUrl } from '../test/browser/all-pages.ts'
import { chromiumPath, launchOptions, NO_CHROMIUM } from '../test/browser/chromium.ts'
import { startImportingApp } from '../test/browser/importing-app.ts'
import { createCleanup } from '../test/helpers/processes/processes.ts'

const FOLDER = fileURLToPath(new URL('../docs/screenshots/', import.meta.url))
const SCREEN = { width: 1120, height: 700 }
/** Pixels. Long pages are cut. */
const MAX_HEIGHT = 1_020
/** Bytes. */
const MAX_SIZE = 150_000
const PHONE = { viewport: { width: 360, height: 740 }, deviceScaleFactor: 1.5, isMobile: true }

/** Pages taken on a phone, too: lists, tables, forms, the editor. */
const ON_PHONE = [
  'event',
  'events',
  'failed-events-group',
  'history',
  'coverage-metric',
  'webhook-health',
  'setup-review',
  'set-up-people',
  'mappings-file',
]

interface Screenshot extends PageUrl {
  readonly screen?: BrowserContextOptions
}

interface Session {
  readonly browser: Browser
  /** Advances the app's clock until `pending` settles. */
  during<T>(pending: Promise<T>): Promise<T>
  readonly now: number
}

async function takeScreenshot({ name, url, screen }: Screenshot, { browser, during, now }: Session): Promise<void> {
  const context = await browser.newContext({ viewport: SCREEN, timezoneId: 'UTC', locale: 'en-GB', ...screen })
  const page = await context.newPage()
  await page.clock.setFixedTime(now)
  await during(page.goto(url))
  const path = `${FOLDER}${name}.png`
  const { width } = screen?.viewport ?? SCREEN
  let height = Math.min(MAX_HEIGHT, await page.evaluate<number>('document.documentElement.scrollHeight'))
  // A URL with a fragment shows that part of the page.
  const area = () => (url.includes('#') ? {} : { fullPage: true, clip: { x: 0, y: 0, width, height } })
  while ((await page.screenshot({ path, animations: 'disabled', ...area() })).length > MAX_SIZE && height > 300)
    height = Math.round(height * 0.9)
  process.stdout.write(`${name}.png\n`)
  await context.close()
}

/** Maps each app to a fixed port, because pages show their own address. */
function withFixedPorts(all: readonly PageUrl[]): { readonly rules: string[]; readonly pictures: Screenshot[] } {
  const hosts = [...new Set(all.map(({ url }) => new URL(url).host))]
  const rules = hosts.map((host, at) => `MAP localhost:${3000 + at} ${host}`)
  const pictures = all.map(({ name, url }) => {
    const { host, pathname, search, hash } = new URL(url)
    return { name, url: `http://localhost:${3000 + hosts.indexOf(host)}${pathname}${search}${hash}` }
  })
  return { rules, pictures }
}

const path = chromiumPath()
if (path === undefined) throw new Error(NO_CHROMIUM)
const closing = createCleanup()
try {
  const { app, pages: found } = await allPages(closing, { days: 14 })
  const importing = await startImportingApp(closing)
  const running = { name: 'history-running', url: `${importing.app.url}history` }
  const { rules, pictures } = withFixedPorts([...found, running])
  const browser = await chromium.launch(launchOptions(path, rules))
  closing.add(browser, () => browser.close())
  await importing.begin(browser)
  const home = pictures.find(({ name }) => name === 'overview')?.url ?? ''
  const all: Screenshot[] = [
    // First, because later pages send requests, and the overview shows the time of the last response.
    { name: 'overview', url: home },
    { name: 'overview-dark', url: home, screen: { colorScheme: 'dark' } },
    { name: 'overview-phone', url: home, screen: PHONE },
    ...pictures.filter(({ name }) => name !== 'overview'),
    ...pictures
      .filter(({ name }) => ON_PHONE.includes(name))
      .map(({ name, url }) => ({ name: `${name}-phone`, url, screen: PHONE })),
  ]
  mkdirSync(FOLDER, { recursive: true })
  const { during, clock } = app
  const prefix = process.argv[2] ?? ''
  for (const one of all)
    if (one.name.startsWith(prefix)) await takeScreenshot(one, { browser, during, now: clock.now() })
} finally {
  await closing.close()
}
