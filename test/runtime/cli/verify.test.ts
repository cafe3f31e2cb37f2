/** `verify`: the table, the findings, exit codes. */
import { expect, test } from 'vitest'
import { EXIT_CODES } from '../../../runtime/cli/errors.ts'
import { Fault } from '../../../runtime/ports/fault.ts'
import type { MetricComparison, VerifyOptions } from '../../../runtime/verify/types.ts'
import { NOW, runCommand } from '../../helpers/cli-fake.ts'

const comparison = (metric: string, rest: Partial<MetricComparison> = {}): MetricComparison => ({
  metric,
  from: '2026-01-01',
  to: '2026-03-01',
  ledger: 1200,
  destination: 1200,
  differences: [],
  missing: 0,
  extra: 0,
  recent: 0,
  undated: 0,
  reasons: [],
  counted: ['API'],
  others: [],
  ...rest,
})
const none = comparison('Read Chat', { ledger: 0, destination: 0, counted: [] })

function setup(...found: readonly (MetricComparison | Fault)[]) {
  const asked: VerifyOptions[] = []
  const verify = async function* (options: VerifyOptions) {
    asked.push(options)
    for (const one of found) {
      if (one instanceof Fault) throw one
      yield one
    }
  }
  return { asked, connector: { verify } }
}

test('equal counts: a table, one sentence, exit code 0', async () => {
  const { exit, out } = await runCommand(['verify'], setup(comparison('Opened Chat'), none))
  expect(exit).toBe(EXIT_CODES.ok)
  expect(out).toBe(
    [
      'Events of 2026-01-01 to 2026-03-01, by their day in UTC',
      '',
      '                Ledger         To',
      'Opened Chat      1,200      1,200  equal',
      'Read Chat            0          0  none',
      '',
      'To has recorded all 1,200 delivered events.',
      '',
    ].join('\n'),
  )
})

test('differences: the days, the likely reasons, exit code 1', async () => {
  const days = Array.from({ length: 12 }, (_, day) => ({ day: `2026-01-${day + 10}`, ledger: 3, destination: 2 }))
  const reasons = ['It drops some.']
  const missing = comparison('Opened Chat', { destination: 1188, missing: 12, differences: days, reasons })
  const more = comparison('Rated Chat', { destination: 1203, extra: 3, recent: 2, reasons: ['Another sends it.'] })
  const { exit, out } = await runCommand(['verify'], setup(missing, more, none))
  expect(exit).toBe(EXIT_CODES.failed)
  expect(out).toContain('Opened Chat      1,200      1,188  12 missing\n')
  expect(out).toContain('Rated Chat       1,200      1,203  3 more, 2 too recent to tell\n')
  expect(out).toContain('Differences in 2 of 3 metrics: 12 missing, 3 more.\n')
  expect(out).toContain('\nOpened Chat\n  2026-01-10  ledger 3  To 2\n')
  expect(out).toContain('2026-01-19  ledger 3  To 2\n  and 2 more days; --json lists all\n')
  expect(out).toContain('Likely reasons:\n- It drops some.\n- Another sends it.\n')
  expect(out).toContain('2 events delivered within the last hour may not be processed yet: run it again later.\n')
})

test.each<[why: string, rest: Partial<MetricComparison>, line: string]>([
  [
    'recent events',
    { destination: 1190, recent: 10, differences: [{ day: '2026-03-01', ledger: 10, destination: 0 }] },
    'To has recorded 1,190 of 1,200 delivered events so far.\n',
  ],
  [
    'an unknown day',
    { undated: 7 },
    'no longer knows the days of 7 events that it delivered: as many more at To are no difference.\n',
  ],
  ['others of the name', { others: ['Native'] }, 'Not counted, since others send them: Opened Chat from Native.\n'],
  ['two senders', { counted: ['App', 'API'] }, 'Counted together: Opened Chat from App and API.\n'],
])('says so for %s, with exit code 0', async (_why, rest, line) => {
  const { exit, out } = await runCommand(['verify'], setup(comparison('Opened Chat', rest)))
  expect([exit, out.includes('Likely')]).toEqual([EXIT_CODES.ok, false])
  expect(out).toContain(line)
  expect(out).not.toContain('  ledger')
})

test('a metric that the destination does not have', async () => {
  const { exit, out } = await runCommand(
    ['verify'],
    setup(comparison('Opened Chat', { destination: 0, missing: 1200, counted: [] })),
  )
  expect([exit, out.includes('1,200 missing, no such metric\n')]).toEqual([EXIT_CODES.failed, true])
})

test('nothing on either side is not called equal', async () => {
  const { exit, out } = await runCommand(['verify'], setup(none))
  expect(exit).toBe(EXIT_CODES.ok)
  expect(out).toContain(
    'Neither the ledger nor To has an event of these days. Check CONNECTOR_STORE if you expected some.',
  )
})

test.each<[tolerance: string, exit: number]>([
  ['0.5', EXIT_CODES.failed],
  ['1', EXIT_CODES.ok],
])('--tolerance %s', async (tolerance, expected) => {
  const found = setup(comparison('Opened Chat', { destination: 1188, missing: 10, extra: 2 }))
  const { exit, out } = await runCommand(['verify', '--tolerance', tolerance, '--json'], found)
  expect(exit).toBe(expected)
  expect(JSON.parse(out)).toMatchObject({
    differs: expected !== 0,
    tolerance: Number(tolerance),
    metrics: [{ missing: 10 }],
  })
})

test('passes on the window and the metrics, those without history included', async () => {
  const { asked, connector } = setup(none)
  const window = [
    '--since',
    '2026-01-01',
    '--until',
    '2026-02-01T12:00:00Z',
    '--only',
    'read chat, Opened Chat,read chat',
  ]
  await runCommand(['verify', ...window], { connector })
  expect(asked).toMatchObject([
    { since: Date.UTC(2026, 0, 1), until: Date.UTC(2026, 1, 1, 12), only: ['Read Chat', 'Opened Chat'] },
  ])
})

test('needs no credentials of the source', async () => {
  const { exit } = await runCommand(['verify'], { ...setup(none), env: { TO_KEY: 'key' } })
  expect(exit).toBe(EXIT_CODES.ok)
})

test.each<[why: string, argv: readonly string[], message: string]>([
  ['an unknown metric', ['--only', 'Rated Chats'], 'unknown metric "Rated Chats"; did you mean "Rated Chat"?'],
  ['no metric', ['--only', ','], '--only names no metric'],
  ['an empty window', ['--since', '2026-02-01', '--until', '2026-02-01'], '--since must be before --until'],
  ['a window in the future', ['--since', new Date(NOW + 1).toISOString()], '--since is in the future'],
  ['no percentage', ['--tolerance', '1%'], '--tolerance must be a number above 0, not "1%"'],
])('rejects %s', async (_why, argv, message) => {
  const { exit, err } = await runCommand(['verify', ...argv], setup(none))
  expect(exit).toBe(EXIT_CODES.usage)
  expect(err).toContain(message)
})

test('a refusal of the destination ends the command, with its reason', async () => {
  const refusal = new Fault('config', 'to/forbidden', 'To answered 403: the key lacks the scope counts:read')
  const { exit, err } = await runCommand(['verify'], setup(comparison('Opened Chat'), refusal))
  expect(exit).toBe(EXIT_CODES.failed)
  expect(err).toContain('the key lacks the scope counts:read')
})

test('a failure that may pass says to run the command again', async () => {
  const failure = new Fault('transient', 'to/network', 'To could not be reached; will retry')
  const { exit, err } = await runCommand(['verify'], setup(failure))
  expect(exit).toBe(EXIT_CODES.failed)
  expect(err).toContain('error: To could not be reached; run the command again\n')
})

test('a destination that cannot count', async () => {
  const { exit, err } = await runCommand(['verify'])
  expect(exit).toBe(EXIT_CODES.failed)
  expect(err).toContain('To cannot count events')
})
