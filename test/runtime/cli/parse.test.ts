import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Footer } from '../../../runtime/cli/output/footer.ts'
import { parseList, parseMoment, parsePort, unknownName } from '../../../runtime/cli/parse.ts'
import { resolveStoreUrl } from '../../../runtime/cli/with-connector.ts'
import { alignColumns, formatDuration, formatTime } from '../../../runtime/lib/format.ts'
import { ThroughputMeter } from '../../../runtime/lib/throughput-meter.ts'
import { toSearchKey } from '../../../runtime/record-history.ts'

describe('dates', () => {
  test.each([
    ['2026-01-31', '2026-01-31T00:00:00.000Z'],
    ['2026-01-31T09:30Z', '2026-01-31T09:30:00.000Z'],
    ['2026-01-31T09:30:15', '2026-01-31T09:30:15.000Z'],
    ['2026-01-31T09:30:15Z', '2026-01-31T09:30:15.000Z'],
    ['2026-01-31T09:30:15.250+02:00', '2026-01-31T07:30:15.250Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z'],
  ])('%s parses as %s', (text, iso) => {
    expect(new Date(parseMoment(text, '--since')).toISOString()).toBe(iso)
  })

  test.each([
    ['2026-02-30'],
    ['2026-13-01'],
    ['2026-1-31'],
    ['31.01.2026'],
    ['1769852415'],
    ['2026-01-31T25:00Z'],
    [''],
  ])('rejects "%s"', (text) => {
    expect(() => parseMoment(text, '--since')).toThrow(/--since must be a date/)
  })

  test('parses whatever toISOString writes', () => {
    const years = { min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }
    fc.assert(fc.property(fc.date(years), (date) => parseMoment(date.toISOString(), 'x') === date.getTime()))
  })
})

test.each([
  ['0', 0],
  ['3000', 3000],
  ['65535', 65_535],
])('port %s', (text, port) => {
  expect(parsePort(text, 'PORT')).toBe(port)
})

test.each([['65536'], ['-1'], ['80.5'], ['http'], [''], ['1e3']])('rejects port "%s"', (text) => {
  expect(() => parsePort(text, 'PORT')).toThrow('PORT must be a port')
})

test('a list may contain spaces and empty items', () => {
  expect(parseList('Created Ticket, Resolved Ticket,,')).toEqual(['Created Ticket', 'Resolved Ticket'])
})

test('an unknown name is reported with a similar one, or with all known', () => {
  expect(unknownName('stream', 'ticket', ['tickets', 'contacts'])).toBe(
    'unknown stream "ticket"; did you mean "tickets"?',
  )
  expect(unknownName('stream', 'zzzzz', ['tickets', 'contacts'])).toBe(
    'unknown stream "zzzzz"; known: contacts, tickets',
  )
})

test.each([
  [0, '0.0 s'],
  [420, '0.4 s'],
  [42_000, '42 s'],
  [185_000, '3 min 5 s'],
  [3_599_999, '1 h 0 min'],
  [7_800_000, '2 h 10 min'],
  [273_600_000, '3 d 4 h'],
  [-5, '0.0 s'],
])('formats %i ms as %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text)
})

test('a time is formatted to the second, in UTC', () => {
  expect(formatTime(Date.parse('2026-01-31T09:30:15.250+02:00'))).toBe('2026-01-31 07:30:15Z')
})

test('aligns all columns but the last', () => {
  expect(
    alignColumns(
      [
        ['a', 'b', 'c'],
        ['long', '', 'd'],
      ],
      '> ',
    ),
  ).toEqual(['> a     b  c', '> long     d'])
})

test.each([
  ['sqlite:.connector/store.db', 'sqlite:/home/me/.connector/store.db'],
  ['sqlite:/var/store.db', 'sqlite:/var/store.db'],
  ['memory:', 'memory:'],
  ['postgres://db/x', 'postgres://db/x'],
])('resolves %s in /home/me to %s', (url, expected) => {
  expect(resolveStoreUrl(url, '/home/me')).toBe(expected)
})

test('an address is looked up by the hash of its lower case, anything else verbatim', () => {
  const hash = 'b6f8eb3a4bb0ced2e4a2d2fbfa8c3d2e'
  expect(toSearchKey(' Ada@Example.com ')).toMatch(/^[0-9a-f]{64}$/)
  expect(toSearchKey('ADA@EXAMPLE.COM')).toBe(toSearchKey('ada@example.com'))
  expect(toSearchKey(hash)).toBe(hash)
  expect(toSearchKey('abc:created-ticket:12')).toBe('abc:created-ticket:12')
})

describe('throughput', () => {
  test('ignores the count before its first sample', () => {
    const meter = new ThroughputMeter()
    meter.add(0, 5000)
    expect(meter.perSecond()).toBeUndefined()
    meter.add(2000, 5200)
    expect(meter.perSecond()).toBe(100)
    expect(meter.timeLeft(300)).toBe(3000)
  })

  test('forgets old speeds', () => {
    const meter = new ThroughputMeter()
    for (let second = 0; second <= 10; second++) meter.add(second * 1000, second * 1000)
    for (let second = 11; second <= 60; second++) meter.add(second * 1000, 10_000 + (second - 10))
    expect(meter.perSecond()).toBeCloseTo(1, 5)
  })

  test('is never negative', () => {
    const samples = fc.array(fc.tuple(fc.nat(10_000), fc.nat(1000)))
    fc.assert(
      fc.property(samples, (steps) => {
        const meter = new ThroughputMeter()
        let at = 0
        let value = 0
        for (const [ms, more] of steps) {
          at += ms
          value += more
          meter.add(at, value)
        }
        return (meter.perSecond() ?? 0) >= 0
      }),
    )
  })
})

describe('footer', () => {
  const terminal = (columns = 80) => {
    const written: string[] = []
    const footer = new Footer({ write: (text) => written.push(text), isTTY: true, columns })
    return { written, footer }
  }

  test('is redrawn in place below printed lines', () => {
    const { written, footer } = terminal()
    footer.draw(['one', 'two'])
    footer.print('log\n')
    footer.draw(['three'])
    expect(written).toEqual(['one\ntwo\n', '\u001b[2F\u001b[Jlog\none\ntwo\n', '\u001b[2F\u001b[Jthree\n'])
  })

  test('is cut to the width, since a wrapped line cannot be erased', () => {
    const { written, footer } = terminal(5)
    footer.draw(['abcdefgh'])
    expect(written).toEqual(['abcd\n'])
  })

  test('stays in place after its release', () => {
    const { written, footer } = terminal()
    footer.draw(['done'])
    footer.release()
    footer.print('report\n')
    expect(written.at(-1)).toBe('report\n')
  })
})
