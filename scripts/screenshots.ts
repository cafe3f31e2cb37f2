/** `npm run screenshots [name]`: one picture of each page into docs/screenshots, identical while the page is. */
import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Browser, type BrowserContextOptions, chromium } from 'playwright-core'
import { house } from '../test/browser/app-under-test.ts'
import { chromiumPath, launching, NO_CHROMIUM } from '../test/browser/chromium.ts'
import { type Place, places } from '../test/browser/places.ts'
import { type Closers, closers } from '../test/helpers/processes.ts'

const FOLDER = fileURLToPath(new URL('../docs/screenshots/', import.meta.url))
const SCREEN = { width: 1120, height: 700 }
/** Crops long pages. Pixels. */
const TALLEST = 1_020
/** Bytes. */
const LARGEST = 150_000
const PHONE = { viewport: { width: 360, height: 740 }, deviceScaleFactor: 1.5, isMobile: true }

interface Picture extends Place {
  readonly screen?: BrowserContextOptions
}

interface Studio {
  readonly browser: Browser
  /** Advances the app's clock until the promise settles. */
  during<T>(doing: Promise<T>): Promise<T>
  readonly now: number
}

async function take({ name, url, screen }: Picture, { browser, during, now }: Studio): Promise<void> {
  const context = await browser.newContext({ viewport: SCREEN, timezoneId: 'UTC', locale: 'en-GB', ...screen })
  const page = await context.newPage()
  await page.clock.setFixedTime(now)
  await during(page.goto(url))
  const path = `${FOLDER}${name}.png`
  const { width } = screen?.viewport ?? SCREEN
  let height = Math.min(TALLEST, await page.evaluate<number>('document.documentElement.scrollHeight'))
  // A URL with a fragment shows the viewport at that place.
  const part = () => (url.includes('#') ? {} : { fullPage: true, clip: { x: 0, y: 0, width, height } })
  while ((await page.screenshot({ path, animations: 'disabled', ...part() })).length > LARGEST && height > 300)
    height = Math.round(height * 0.9)
  process.stdout.write(`${name}.png\n`)
  await context.close()
}

/** Each house as if it listened on a port of its own that is always the same, since pages tell their address. */
function named(all: readonly Place[]): { readonly rules: string[]; readonly pictures: Picture[] } {
  const hosts = [...new Set(all.map(({ url }) => new URL(url).host))]
  const rules = hosts.map((host, at) => `MAP localhost:${3000 + at} ${host}`)
  const pictures = all.map(({ name, url }) => {
    const { host, pathname, search, hash } = new URL(url)
    return { name, url: `http://localhost:${3000 + hosts.indexOf(host)}${pathname}${search}${hash}` }
  })
  return { rules, pictures }
}

/** A running import, which stands still while the app's clock does. */
async function importing(closing: Closers): Promise<{ readonly place: Place; begin(browser: Browser): Promise<void> }> {
  let slow: () => Promise<void> = async () => undefined
  const instead = async (request: Request) => (request.url.endsWith('/search') ? void (await slow()) : undefined)
  const it = await house(closing, { conversations: 600, tickets: 400, instead })
  slow = () => it.clock.sleep(4_000)
  return {
    place: { name: 'import-running', url: `${it.url}import` },
    async begin(browser) {
      const page = await browser.newPage()
      await page.goto(`${it.url}import`)
      await it.during(page.getByRole('button', { name: 'See what' }).click())
      await page.getByRole('button', { name: 'Begin' }).click()
      await it.work(20_000)
      await page.close()
    },
  }
}

const path = chromiumPath()
if (path === undefined) throw new Error(NO_CHROMIUM)
const closing = closers()
try {
  const { lived, places: found } = await places(closing, { days: 14 })
  const begun = await importing(closing)
  const { rules, pictures } = named([...found, begun.place])
  const browser = await chromium.launch(launching(path, rules))
  closing.add(browser, () => browser.close())
  await begun.begin(browser)
  const home = pictures.find(({ name }) => name === 'overview')?.url ?? ''
  const all: Picture[] = [
    // First: others ask both sides, and the overview tells when they last answered.
    { name: 'overview', url: home },
    { name: 'overview-dark', url: home, screen: { colorScheme: 'dark' } },
    { name: 'overview-phone', url: home, screen: PHONE },
    ...pictures.filter(({ name }) => name !== 'overview'),
  ]
  mkdirSync(FOLDER, { recursive: true })
  const { during, clock } = lived
  const wanted = process.argv[2] ?? ''
  for (const one of all) if (one.name.startsWith(wanted)) await take(one, { browser, during, now: clock.now() })
} finally {
  await closing.close()
}
