/** Times do not depend on the time zone of the machine, on either engine. */
import { execFileSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'

const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href

const TIMES: readonly (readonly [text: string, utc: number])[] = [
  ['2026-03-29T02:30:00', Date.UTC(2026, 2, 29, 2, 30)],
  ['2026-03-29T02:30:00.25', Date.UTC(2026, 2, 29, 2, 30, 0, 250)],
  ['2026-03-29T02:30:00Z', Date.UTC(2026, 2, 29, 2, 30)],
  ['2026-03-29T02:30:00+0530', Date.UTC(2026, 2, 28, 21)],
  ['2026-03-29', Date.UTC(2026, 2, 29)],
  ['2026-03', Date.UTC(2026, 2)],
  ['2026', Date.UTC(2026, 0)],
]

const script = `
  import { LinkedExpression } from './runtime/expression/link.ts'
  import { parseExpression } from './runtime/expression/parse.ts'
  const linked = new LinkedExpression(parseExpression(process.argv[1]), [])
  const times = JSON.parse(process.argv[2])
  const offset = new Date(0).getTimezoneOffset()
  linked.interpret(times, {}).then((interpreted) => {
    console.log(JSON.stringify({ offset, compiled: linked.program().evaluate(times), interpreted }))
  })
`

test.each([
  ['Asia/Tokyo', -540],
  ['America/New_York', 300],
])('%s', (zone, offset) => {
  const args = ['--import', tsx, '--input-type=module', '--eval', script]
  const texts = TIMES.map(([text]) => text)
  const output = execFileSync(
    process.execPath,
    [...args, '$map($, function($t) { $toMillis($t) })', JSON.stringify(texts)],
    {
      env: { ...process.env, TZ: zone },
      encoding: 'utf8',
    },
  )
  const times = TIMES.map(([, utc]) => utc)
  expect(JSON.parse(output)).toEqual({ offset, compiled: times, interpreted: times })
})
