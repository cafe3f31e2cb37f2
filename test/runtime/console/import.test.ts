/** An import in the console: estimate, start, pause, resume, restart, and the report. */
import { describe, expect, test } from 'vitest'
import { kindOf } from '../../../runtime/console/pages/history/runs-table.ts'
import { Fault } from '../../../runtime/ports/fault.ts'
import { openConsole, openConsoleWithConnector } from '../../helpers/console.ts'

type Shop = Awaited<ReturnType<typeof openConsoleWithConnector>>

/** Large enough to pause halfway, and quick to finish. */
const SMALL = { conversations: 20, tickets: 15 }
const CHOICE = 'metric=Rated+Conversation&metric=Created+Ticket&since=2020-01-01'

async function done(shop: Shop, client: ReturnType<Shop['browser']>): Promise<string> {
  for (let second = 0; second < 600; second++) {
    await shop.clock.advance(1_000)
    const page = await client.text('/history')
    if (page.includes('Last import')) return page
  }
  throw new Error('the import did not end')
}

const begin = (client: ReturnType<Shop['browser']>, query = CHOICE) => client.post('/import/begin', {}, { more: query })

test('offers the metrics that have history, the expensive one not selected, and says which have none', async () => {
  const page = await (await openConsole()).browser().text('/history')
  expect(page).toMatch(/value="Rated Conversation" checked/)
  expect(page).toMatch(/value="Replied to Conversation">.+needs one request for each record/)
  expect(page).toContain('Read Conversation: Intercom keeps no history of it.')
})

test('estimates the import before it starts', async () => {
  const shop = await openConsoleWithConnector()
  const page = await shop.browser().text(`/history?${CHOICE}`)
  expect(page).toMatch(/Conversations<\/dt><dd>60 records/)
  expect(page).toMatch(/Tickets<\/dt><dd>40 records/)
  expect(page).toMatch(/at most \d+ to Intercom/)
  const expensive = await shop.browser().text('/history?metric=Replied+to+Conversation')
  expect(expensive).toContain('one request each for Replied to Conversation')
  expect(await shop.store.readCheckpoint('backfill')).toBeUndefined()
})

test('a background refresh sends the source no request', async () => {
  const estimate = async () => {
    throw new Error('this test did not expect the call')
  }
  const { browser } = await openConsole({ connector: { estimate } })
  expect((await browser().get(`/history?${CHOICE}`, { 'x-live': '1' })).status).toBe(200)
  expect(await browser().text(`/history?${CHOICE}`)).toContain('The import could not be estimated')
})

test('says of which records the source gave only a part', async () => {
  const shop = await openConsoleWithConnector({}, SMALL)
  shop.intercom.lengthen({ tickets: 2, parts: 620 })
  const client = shop.browser()
  await begin(client)
  const report = await done(shop, client)
  expect(report).toMatch(/Of 2 of 15 tickets only the newest parts could be read: 2\d\d older parts were unavailable/)
  expect(report).toMatch(/events\?reason=parts-unavailable&amp;run=run-\S+">List these records/)
})

test('starts, runs without a browser, and ends with a report', async () => {
  const shop = await openConsoleWithConnector({}, SMALL)
  const client = shop.browser()
  expect((await begin(client)).headers.get('location')).toBe('/history')
  const during = await client.text('/history')
  expect(during).toContain('The import has started.')
  expect(during).toContain('Pause')
  const report = await done(shop, client)
  expect(report).toMatch(/Sent <a [^>]+>\d+<\/a> of <a [^>]+>\d+<\/a> found/)
  expect(report).toContain('Restart import')
  // A page left open still offers it.
  await client.post('/import/pause')
  expect(await client.text('/history')).toContain('The import has already finished.')
  const sent = (await shop.store.tallies()).filter(({ status }) => status === 'delivered')
  expect(new Set(sent.map(({ metric }) => metric))).toEqual(new Set(['Rated Conversation', 'Created Ticket']))
})

test('pauses and resumes where it stopped', async () => {
  const shop = await openConsoleWithConnector({}, SMALL)
  const client = shop.browser()
  await begin(client)
  await shop.clock.advance(300)
  await shop.clock.until(client.post('/import/pause'))
  const paused = await client.text('/history')
  expect(paused).toContain('Paused')
  expect(paused).toContain('Resume')
  await client.post('/import/resume')
  expect(await done(shop, client)).toMatch(/Sent <a [^>]+>\d+<\/a> of <a [^>]+>\d+<\/a> found/)
})

test('restarts with the same selection and counts nothing twice', async () => {
  const shop = await openConsoleWithConnector({}, SMALL)
  const client = shop.browser()
  await begin(client)
  await done(shop, client)
  const count = async () =>
    (await shop.store.tallies()).filter((it) => it.status === 'delivered').reduce((sum, it) => sum + it.count, 0)
  const once = await count()
  expect(once).toBeGreaterThan(0)
  const first = (await shop.connector.lastBackfill())?.run
  await client.post('/import/restart', {})
  await done(shop, client)
  const last = await shop.connector.lastBackfill()
  expect(last?.run).not.toBe(first)
  expect(await client.text('/history')).toMatch(
    /data-confirm="Read history again from 1 Jan 2020, 00:00:00 UTC until now, for Rated Conversation, Created Ticket\?/,
  )
  expect(last?.only).toEqual(['Rated Conversation', 'Created Ticket'])
  expect(await count()).toBe(once)
})

test('names the other process that imports, and starts, pauses and restarts nothing meanwhile', async () => {
  const other = await openConsoleWithConnector({}, SMALL)
  await begin(other.browser())
  await other.clock.advance(300)
  const running = await other.connector.runningBackfill()
  const importing = async () => running && { ...running, process: '4711', thisProcess: false }
  const { browser, pages, clock } = await openConsole({
    connector: { ...other.connector, runningBackfill: importing },
  })
  const client = browser()
  const before = await other.store.readCheckpoint('import-requested')
  for (const action of ['begin', 'resume', 'pause', 'restart']) {
    expect((await client.post(`/import/${action}`, {}, { more: CHOICE })).status).toBe(303)
    const page = await client.text('/history')
    expect(page).toContain('An import is already running')
    expect(page).toMatch(/Process 4711 has been importing on this store since <time datetime="2026-07-14T09:30/)
    for (const path of ['begin', 'resume', 'pause', 'restart']) expect(page).not.toContain(`action="/import/${path}"`)
    expect(page).not.toContain('Import history')
  }
  await clock.until(pages.resume())
  expect(await other.store.readCheckpoint('import-requested')).toBe(before)
  await done(other, other.browser())
})

test('refuses the outdated buttons of a page left open, with the reason', async () => {
  const shop = await openConsoleWithConnector({}, SMALL)
  const client = shop.browser()
  await begin(client)
  await shop.clock.advance(300)
  await shop.clock.until(client.post('/import/pause'))
  const { run } = (await shop.connector.lastBackfill()) ?? {}
  await begin(client, 'metric=Resolved+Ticket')
  expect(await client.text('/history')).toContain('The last import is unfinished: resume or restart it first.')
  await client.post('/import/resume')
  await done(shop, client)
  await client.post('/import/resume')
  expect(await client.text('/history')).toContain('The import has already finished.')
  expect((await shop.connector.lastBackfill())?.run).toBe(run)
})

test('a double click starts one import', async () => {
  const shop = await openConsoleWithConnector({}, SMALL)
  const client = shop.browser()
  await begin(client)
  await begin(client)
  expect(await client.text('/history')).toContain('already running')
  await done(shop, client)
})

describe('when the process ends', () => {
  test('it stops cleanly, and the next process resumes automatically', async () => {
    const shop = await openConsoleWithConnector({}, SMALL)
    await begin(shop.browser())
    await shop.clock.advance(300)
    shop.end()
    await shop.clock.until(shop.pages.drained())
    expect((await shop.connector.lastBackfill())?.phase).not.toBe('done')
    const next = shop.again()
    await next.pages.resume()
    // Small as it is, it may be done before the page is rendered.
    expect(await next.browser().text('/history')).toMatch(/Pause<|Delivering the rest|Finished/)
    await done(shop, next.browser())
  })

  test('a paused import stays paused', async () => {
    const shop = await openConsoleWithConnector({}, SMALL)
    const client = shop.browser()
    await begin(client)
    await shop.clock.advance(300)
    await shop.clock.until(client.post('/import/pause'))
    const next = shop.again()
    await next.pages.resume()
    expect(await next.browser().text('/history')).toContain('Resume')
  })
})

test('logs why it stopped', async () => {
  const refuse = () => {
    throw new Fault('config', 'x/permission', 'it lacks the permission to read tickets')
  }
  const { browser, clock, logged } = await openConsole({ connector: { backfill: refuse } })
  await begin(browser())
  await clock.advance(100)
  expect(logged.join()).toContain('lacks the permission')
})

test.each([
  ['metric=Rated+Conversation&since=yesterday', 'Enter dates as'],
  ['metric=Rated+Conversation&since=2026-13-01', 'Enter dates as'],
  ['metric=Rated+Conversation&since=2026-02-01&until=2026-01-01', 'must be before'],
  ['metric=Rated+Conversation&since=2126-02-01', 'is in the future'],
  ['metric=Read+Conversation', 'has no history'],
  ['metric=%3Cscript%3E', 'has no history'],
  ['since=2026-01-01', 'Select at least one'],
])('%s is refused with the reason', async (query, words) => {
  const { browser, store } = await openConsole()
  const client = browser()
  await begin(client, query)
  expect(await client.text('/history')).toContain(words)
  expect(await store.readCheckpoint('backfill')).toBeUndefined()
})

test('its former address leads to it, with the selection', async () => {
  const answer = await (await openConsole()).browser().get(`/import?${CHOICE}`)
  expect([answer.status, answer.headers.get('location')]).toEqual([303, `/history?${CHOICE}`])
})

describe('all imports', () => {
  test('are listed with kind, window, start, end and result, each with its report', async () => {
    const shop = await openConsoleWithConnector({}, SMALL)
    const client = shop.browser()
    await begin(client)
    await done(shop, client)
    await client.post('/import/restart', {})
    await done(shop, client)
    const runs = (await shop.connector.listRuns()).map(({ run }) => run)
    expect(runs).toHaveLength(2)
    const page = await client.text('/history')
    const table = /All imports.*?<\/table>/s.exec(page)?.[0] ?? ''
    expect(table.match(/<span class="badge good">Complete<\/span>/g)).toHaveLength(2)
    expect(table.match(/Selected metrics/g)).toHaveLength(2)
    for (const run of runs) {
      expect(table).toContain(`href="/history/${run}"`)
      expect(await client.text(`/history/${run}`)).toContain(`<code>${run}</code>`)
    }
    // The second one found what the first one had sent.
    const [second = '', first = ''] = runs
    const textOf = async (run: string) => (await client.text(`/history/${run}`)).replace(/<[^>]+>/g, '')
    expect(await textOf(first)).toMatch(/Sent (\d+) of \1 found/)
    expect(await textOf(second)).toMatch(/Sent 0 of (\d+) found, \1 were there already/)
    expect((await client.get('/history/run-unknown')).status).toBe(404)
  })

  test('name the metrics that an import leaves out by default', async () => {
    const { connector } = await openConsoleWithConnector({}, SMALL)
    expect(kindOf({}, connector.spec)).toBe('All metrics but Replied to Conversation')
    expect(kindOf({}, { mappings: connector.spec.mappings.filter(({ stream }) => !stream?.onRequest) })).toBe(
      'All metrics',
    )
  })

  test('have the estimate as their total until the source counts', async () => {
    const shop = await openConsoleWithConnector({}, SMALL)
    const client = shop.browser()
    const estimated = [...(await client.text(`/history?${CHOICE}`)).matchAll(/name="estimated" value="([^"]+)"/g)]
    expect(estimated.map(([, value]) => value)).toEqual(['conversations:20', 'tickets:15'])
    await begin(client, `${CHOICE}&estimated=conversations:20&estimated=tickets:15`)
    const { streams } = (await shop.connector.lastBackfill()) ?? { streams: [] }
    expect(streams.map(({ stream, estimated: count }) => [stream, count])).toEqual([
      ['conversations', 20],
      ['tickets', 15],
    ])
    await done(shop, client)
  })
})
