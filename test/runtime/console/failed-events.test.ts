/** Failed events: some or those since a date retried, dismissed with a reason, and what a retry would do. */
import { beforeEach, describe, expect, test } from 'vitest'
import { checkCause } from '../../../runtime/console/pages/failed-events/cause.ts'
import { flowsOfGroup, flowsOfRecord } from '../../../runtime/console/pages/failed-events/flows.ts'
import type { PageContext } from '../../../runtime/console/types.ts'
import { Fault } from '../../../runtime/ports/fault.ts'
import type { DeadLetterGroup, LedgerEntry } from '../../../runtime/ports/ledger.ts'
import type { FaultInfo } from '../../../runtime/ports/types.ts'
import { readTimeline } from '../../../runtime/timeline.ts'
import { openConsoleWithConnector } from '../../helpers/console.ts'

type Shop = Awaited<ReturnType<typeof openConsoleWithConnector>>

const PATH = '/failed-events'
const DAY = 86_400_000
const textOf = (page: string) => page.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ')

let shop: Shop
beforeEach(async () => {
  shop = await openConsoleWithConnector()
  for (const id of ['901', '902', '903']) {
    // The mapping cannot read it: it has no state.
    await shop.notify('ticket.created', { type: 'ticket', id, title: 'x' }, { id: `n-${id}` })
    await shop.work(2_000)
  }
})

const dead = () => shop.store.listDeadLetters({ limit: 9 })
const group = async () => (await shop.store.groupDeadLetters())[0] as DeadLetterGroup
const idFields = (records: readonly LedgerEntry[]) =>
  new URLSearchParams(records.map(({ id }): [string, string] => ['id', id])).toString()
const groupPath = async () => `${PATH}?group=${encodeURIComponent((await group()).group)}`

test('the selected ones are retried, the others stay', async () => {
  const browser = shop.browser()
  await browser.post(`${PATH}/retry`, {}, { from: PATH, more: idFields((await dead()).slice(0, 2)) })
  expect(textOf(await browser.text(PATH))).toContain('2 records queued for retry')
  expect(await dead()).toHaveLength(1)
})

test('the location links to its line of the mapping', async () => {
  const browser = shop.browser()
  const [, path = ''] = /<dt>Location<\/dt><dd><a class="place" href="([^"]+)"/.exec(await browser.text(PATH)) ?? []
  expect(path).toMatch(/^\/mappings\/file\?name=mappings%2Fcreated-ticket\.yaml&amp;line=\d+$/)
  expect(await browser.text(path.replace('&amp;', '&'))).toContain('created-ticket.yaml')
})

test('those since a day are retried', async () => {
  await shop.clock.advance(2 * DAY)
  await shop.notify('ticket.created', { type: 'ticket', id: '904', title: 'x' }, { id: 'n-904' })
  await shop.work(2_000)
  const since = new Date(shop.clock.now()).toISOString().slice(0, 10)
  const browser = shop.browser()
  await browser.post(`${PATH}/retry`, { group: (await group()).group, since }, { from: PATH })
  expect(textOf(await browser.text(PATH))).toContain('1 record queued for retry')
  expect((await dead()).map(({ lookupIds }) => lookupIds[0])).not.toContain('904')
})

test.each(['soon', '2026-13-45', ''])('since "%s" retries nothing', async (since) => {
  const browser = shop.browser()
  await browser.post(`${PATH}/retry`, { group: (await group()).group, since }, { from: PATH })
  expect(await dead()).toHaveLength(3)
})

describe('dismissed', () => {
  test('with a reason, which the ledger keeps and the timeline does not quote', async () => {
    const browser = shop.browser()
    const [first] = await dead()
    await browser.post(`${PATH}/dismiss`, { reason: 'written by our own tests', id: first?.id ?? '' }, { from: PATH })
    expect(textOf(await browser.text(PATH))).toContain('1 record dismissed')
    const [entry] = await shop.store.trace(first?.id ?? '')
    expect(entry).toMatchObject({ status: 'skipped', outcome: { reason: 'dismissed' } })
    expect(JSON.stringify(entry?.attempts)).toContain('written by our own tests')
    const { entries } = await readTimeline(shop.store)
    expect(entries[0]).toMatchObject({ kind: 'retry', text: '1 record dismissed' })
  })

  test('as a whole group', async () => {
    await shop.browser().post(`${PATH}/dismiss`, { reason: 'test data', group: (await group()).group }, { from: PATH })
    expect(await dead()).toEqual([])
  })

  test.each([
    ['without a reason', { reason: ' ' }, 'enter the reason first'],
    ['without a selection', { reason: 'test data' }, 'No record was selected'],
    ['a record that is not failed', { reason: 'test data', id: 'unknown' }, 'no longer failed'],
  ])('never %s', async (_, fields, text) => {
    const browser = shop.browser()
    const more = fields.reason === ' ' ? idFields(await dead()) : ''
    await browser.post(`${PATH}/dismiss`, fields, { from: PATH, more })
    expect(textOf(await browser.text(PATH))).toContain(text)
    expect(await dead()).toHaveLength(3)
  })
})

test('the page says that the cause stands, and that a retry starts no flow once all are old', async () => {
  const browser = shop.browser()
  const page = textOf(await browser.text(PATH))
  expect(page).toMatch(/Now Not fixed yet The current mappings still fail on the newest record/)
  expect(page).toMatch(/If retried Live events younger than .{2,10} are sent live/)
  expect(textOf(await browser.text(await groupPath()))).toMatch(/Live, can start flows/)
  await shop.clock.advance(2 * DAY)
  const later = shop.browser() // the session has expired
  expect(textOf(await later.text(PATH))).toContain('If retried Sent as history, which starts no flow.')
  expect(textOf(await later.text(await groupPath()))).not.toMatch(/Live, can start flows/)
})

test('the button is the main one only when the cause is gone', async () => {
  const page = await shop.browser().text(await groupPath())
  expect(page).toMatch(/<button class="plain">Retry these 3 anyway<\/button>/)
})

describe('the cause', () => {
  const fault = (partial: Partial<FaultInfo>): FaultInfo => ({
    kind: 'data',
    code: 'destination/invalid',
    message: 'the e-mail is not valid',
    ...partial,
  })
  const context = (connector: object): PageContext =>
    ({ options: { ...shop, connector: { ...shop.connector, ...connector } } }) as never
  const check = async (partial: Partial<FaultInfo>, example: Partial<LedgerEntry> | undefined, connector = {}) =>
    (await checkCause({ ...(await group()), fault: fault(partial) }, example as LedgerEntry, context(connector))).state
  const stats = (destination: object) => ({ connectionStats: () => ({ source: { limits: [] }, destination }) })
  const record = async (body: object) => ({ ...(await dead())[0], body: JSON.stringify(body) }) as LedgerEntry

  test('a mapping that maps the record now is mended', async () => {
    const place = 'mappings/created-ticket.yaml:1:1'
    const maps = (...occurrences: object[]) => {
      const preview = async () => ({ explanations: [{ mappings: [{ metric: 'Created Ticket', occurrences }] }] })
      return { preview }
    }
    const state = async (...occurrences: object[]) => check({ place }, await record({}), maps(...occurrences))
    expect(await state({ status: 'sent' })).toBe('gone')
    expect(await state({ status: 'failed', fault: { code: 'x', message: 'x' } })).toBe('stands')
    expect(await state({ status: 'skipped', reason: 'x' })).toBe('unknown')
    expect(await state({ status: 'when-false' })).toBe('unknown')
    expect(await state()).toBe('unknown')
    expect(await check({ place }, undefined)).toBe('stands')
    const refuse = async () => Promise.reject(new Fault('config', 'preview/unknown-topic', 'the spec knows no topic'))
    expect(await check({ place }, await record({}), { preview: refuse })).toBe('stands')
  })

  test('what the destination refused is refused again by the same mappings', async () => {
    const [example] = await dead()
    expect(await check({}, example)).toBe('stands')
    const mappedByAnother = { ...example, outcome: { status: 'dead', spec: 'another', events: [] } } as never
    expect(await check({}, mappedByAnother)).toBe('unknown')
  })

  test('a side that has answered since is well', async () => {
    const config = { kind: 'config', code: 'destination/scope' } as const
    expect(await check(config, undefined, stats({ limits: [], lastSuccessAt: shop.clock.now() + 1 }))).toBe('gone')
    expect(await check(config, undefined, stats({ limits: [] }))).toBe('unknown')
    const lastFailure = { at: 1, fault: fault({}) }
    expect(await check(config, undefined, stats({ limits: [], lastFailure }))).toBe('stands')
    const paused = { ...shop.connector.gate, pausedReason: () => 'not connected' }
    expect(await check(config, undefined, { gate: paused })).toBe('stands')
  })

  test('a bug is for an update', async () => expect(await check({ kind: 'bug' }, undefined)).toBe('unknown'))
})

test('records of an import go as history, whatever their age', async () => {
  const [example] = await dead()
  const imported = { ...example, lane: 'backfill' } as LedgerEntry
  const options = { connector: shop.connector, clock: shop.clock }
  expect(flowsOfRecord(imported, options)).toBe('As history')
})

test('a group whose newest record is of an import may hold live ones, which can start flows', async () => {
  const options = { connector: shop.connector, clock: shop.clock }
  expect(flowsOfGroup(await group(), options)).toMatch(/which can start flows; .* of an import as history/)
  const old = { ...(await group()), newest: shop.clock.now() - 2 * 86_400_000 }
  expect(flowsOfGroup(old, options)).toBe('Sent as history, which starts no flow.')
})
