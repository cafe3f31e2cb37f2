/** Times in the zone of the viewer, by a cookie that the script sets. */
import { expect, test } from 'vitest'
import { timeElement } from '../../../runtime/console/format-html.ts'
import { localizeTimes } from '../../../runtime/console/server/local-times.ts'
import { openConsole } from '../../helpers/console.ts'

const NOW = Date.UTC(2026, 10, 30, 22, 30)

test.each([
  ['today', NOW - 60_000, '23:29:00'],
  ['yesterday in UTC, today in Berlin', Date.UTC(2026, 10, 29, 23, 5), '00:05:00'],
  ['the day before', Date.UTC(2026, 10, 29, 12), '29 Nov, 13:00:00'],
  ['last year, in summer', Date.UTC(2025, 6, 1, 12), '1 Jul 2025, 14:00:00'],
])('a time %s', async (_, at, expected) => {
  const element = `${await timeElement(at)}`
  const shown = localizeTimes(`<p>${element}</p>`, 'Europe/Berlin', NOW)
  expect(shown).toContain(`>${expected}</time>`)
  expect(shown).toContain(`title="${/>([^<]+)</.exec(element)?.[1]}"`)
  expect(shown).toContain(`datetime="${new Date(at).toISOString()}"`)
})

test('the frame names the zone; without a valid cookie it is UTC', async () => {
  const { browser } = await openConsole()
  const client = browser()
  const zoneOf = async () => /<span data-zone-name>([^<]+)</.exec(await client.text('/timeline'))?.[1]
  expect(await zoneOf()).toBe('UTC')
  client.cookies.set('connector-zone', 'Asia/Kolkata')
  expect(await zoneOf()).toBe('Asia/Kolkata')
  for (const wrong of ['Mars/Phobos', '<b>', '', 'x'.repeat(4000)]) {
    client.cookies.set('connector-zone', wrong)
    expect(await zoneOf()).toBe('UTC')
  }
})
