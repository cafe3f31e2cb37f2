/** The reports of a run: for a terminal, JUnit, TAP and JSON, also of names that try to break them. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { Difference } from '../../../../runtime/conformance/compare/difference.ts'
import type { FormatOptions } from '../../../../runtime/conformance/report/format-difference.ts'
import { formatFileLine, formatReport } from '../../../../runtime/conformance/report/format-report.ts'
import { toJunit } from '../../../../runtime/conformance/report/junit.ts'
import { reportToJson } from '../../../../runtime/conformance/report/report-json.ts'
import { toTap } from '../../../../runtime/conformance/report/tap.ts'
import { checkOf, eventOf, placeAt, reportOf } from '../../../helpers/conformance/reports.ts'
import { readXml } from '../../../helpers/conformance/xml.ts'

const member: Difference = {
  kind: 'member',
  metric: 'Rated Conversation',
  place: placeAt(9),
  member: ['properties', 'Rating Remark'],
  expected: 'Great',
  actual: 'great',
  expression: { place: 'mappings/rated.yaml:2:18', text: '$lowercase(remark)' },
  because: [],
}
const nested: Difference = {
  ...member,
  member: ['properties', 'Tags'],
  expected: Array.from({ length: 12 }, (_, at) => `tag ${at}`),
  actual: Array.from({ length: 12 }, (_, at) => (at === 6 ? 'other' : `tag ${at}`)),
}
const unexpected: Difference = {
  kind: 'unexpected',
  metric: 'Rated Conversation',
  place: placeAt(4),
  actual: eventOf({ metric: 'Rated Conversation', key: 'abc123de:rated:1', properties: { Title: 'x'.repeat(200) } }),
  because: [],
}
const missing: Difference = {
  kind: 'missing',
  metric: 'Rated Conversation',
  place: placeAt(6),
  expected: { place: placeAt(6), key: 'rated:1' },
  because: ['its `when` is not true'],
}
const ingress: Difference = {
  kind: 'ingress',
  metric: 'Rated Conversation',
  place: placeAt(4),
  ingresses: ['webhook', 'backfill'],
  member: ['properties', 'Title'],
  values: ['Hello', undefined],
  because: [],
}
const outcome: Difference = {
  kind: 'outcome',
  metric: 'Profile',
  place: placeAt(6),
  expected: 'sent',
  actual: 'skipped: no-identity',
  because: ['no-identity: the contact has no address'],
}
const order: Difference = { kind: 'order', place: placeAt(6), expected: ['a', 'b'], actual: ['b', 'a'], because: [] }

const report = reportOf([
  { name: 'a rating', checks: [checkOf({}), checkOf({ name: 'backfill' })] },
  {
    name: 'a remark',
    checks: [
      checkOf({ differences: [member, nested] }),
      checkOf({ name: 'backfill', differences: [member, unexpected] }),
      checkOf({ name: 'webhook and backfill', kind: 'comparison', differences: [ingress] }),
      checkOf({ name: 'webhook: nulls', kind: 'variant', problems: [{ message: 'with "state" null it throws' }] }),
    ],
  },
  { name: 'no one', file: 'tests/profile.yaml', checks: [checkOf({ differences: [missing, outcome, order] })] },
])

const LINE = '  Rating Remark: $lowercase(remark)'
const options = (width: number): FormatOptions => ({
  paint: (_, text) => text,
  width,
  locate: (place) => ({ place, line: 2, column: 18, text: LINE }),
})

describe('for a terminal', () => {
  test('failures with both places, then the counts', () => {
    expect(
      formatReport(report, ({ name }) => `connector test --only "${name}" --explain`, options(80)),
    ).toMatchSnapshot()
  })

  test.each([40, 80, 120])('no line of values or of the spec is wider than %d columns', (width) => {
    const lines = formatReport(report, () => '', options(width)).split('\n')
    const values = lines.filter((line) => /^\s+([-+] |\d* \|)/.test(line))
    expect(values.length).toBeGreaterThan(10)
    for (const line of values) expect(line.length).toBeLessThanOrEqual(width)
  })

  test('a value cannot move the cursor', () => {
    const hostile = { ...member, expected: '\u001b[2J', actual: '\u009b2J\u202e' }
    const text = formatReport(
      reportOf([{ name: 'a\u001b[31m', checks: [checkOf({ differences: [hostile] })] }]),
      () => '',
      options(80),
    )
    expect(text).toContain('+ "\\u009b2J\\u202e"')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be printed.
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
  })

  test('coverage names what no case holds', () => {
    const coverage = {
      metrics: [
        {
          metric: 'A',
          file: 'mappings/a.yaml',
          expectations: 0,
          properties: 3,
          neverAsserted: ['x'],
          reasons: 0,
          neverReached: [],
        },
        {
          metric: 'B',
          file: 'mappings/b.yaml',
          expectations: 2,
          properties: 3,
          neverAsserted: ['Title'],
          reasons: 2,
          neverReached: ['internal'],
        },
      ],
    }
    expect(formatReport({ ...report, cases: [], coverage }, () => '', options(80))).toMatchSnapshot()
  })

  test('a line for each file', () => {
    const { cases } = report
    expect(formatFileLine('tests/rated.yaml', cases, options(80))).toBe('✗ tests/rated.yaml  3 cases, 2 failed')
    expect(formatFileLine('tests/rated.yaml', cases.slice(0, 1), options(80))).toBe('✓ tests/rated.yaml  1 case')
  })
})

/** Any text, often with what XML, YAML and TAP give a meaning. */
const hostileText = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 6 }),
      fc.constantFrom(
        '<',
        '&',
        ']]>',
        '"',
        "'",
        '#',
        '\\',
        '\n',
        '\r',
        '---',
        '...',
        '\u0000',
        '\ud800',
        '\ufffe',
        'ok 1 - ',
      ),
    ),
    { maxLength: 6 },
  )
  .map((parts) => parts.join(''))

const hostileReport = (name: string, file: string) =>
  reportOf([
    {
      name,
      file,
      checks: [
        checkOf({}),
        checkOf({ name, differences: [{ ...member, expected: name }], problems: [{ message: name }] }),
      ],
    },
  ])

describe('JUnit', () => {
  test('has a suite for each file and a test for each check', () => {
    const [root] = readXml(toJunit(report))
    expect(root).toMatchObject({
      name: 'testsuites',
      attributes: { tests: '7', failures: '5', errors: '0', time: '1.234' },
    })
    const [first, second] = root?.children ?? []
    expect(first).toMatchObject({
      name: 'testsuite',
      attributes: { name: 'tests/rated.yaml', tests: '6', failures: '4' },
    })
    expect(first?.children[2]).toMatchObject({
      name: 'testcase',
      attributes: { name: 'a remark (webhook)', file: 'tests/rated.yaml', line: '4', time: '0.002' },
    })
    expect(first?.children[2]?.children[0]?.text).toMatch(/- "Great"\n {2}\+ "great"/)
    expect(second?.children).toHaveLength(1)
  })

  test('is XML whatever the names', () => {
    fc.assert(
      fc.property(hostileText, hostileText, (name, file) => {
        const [root] = readXml(toJunit(hostileReport(name, file)))
        const [suite] = root?.children ?? []
        const printable = (text: string) =>
          text.replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
        expect(suite?.attributes.name).toBe(printable(file))
        expect(suite?.children[1]?.attributes.name).toBe(printable(`${name} (${name})`))
        expect(suite?.children[1]?.children).toHaveLength(1)
      }),
    )
  })
})

describe('TAP', () => {
  /** Test points with their YAML blocks. */
  function readTap(text: string) {
    const [version, plan, ...lines] = text.trimEnd().split('\n')
    expect(version).toBe('TAP version 14')
    const points: { ok: boolean; number: number; description: string; data: string[] }[] = []
    for (const line of lines) {
      const [, not, number, description = ''] = /^(not )?ok (\d+) - (.*)$/.exec(line) ?? []
      if (number !== undefined) points.push({ ok: !not, number: Number(number), description, data: [] })
      else expect(line).toMatch(/^ {2}/)
      if (number === undefined) points.at(-1)?.data.push(line.slice(2))
    }
    expect(plan).toBe(`1..${points.length}`)
    return points.map(({ data, ...point }) => {
      expect([data[0], data.at(-1)]).toEqual(['---', '...'])
      return { ...point, data: parse(data.slice(1, -1).join('\n')) }
    })
  }

  test('has a point for each check', () => {
    const points = readTap(toTap(report))
    expect(points.map(({ ok }) => ok)).toEqual([true, true, false, false, false, false, false])
    expect(points[2]).toMatchObject({ number: 3, description: 'tests/rated.yaml: a remark (webhook)' })
    expect(points[2]?.data).toMatchObject({ at: 'tests/rated.yaml:4:5', duration_ms: 1.5 })
  })

  test('is TAP whatever the names', () => {
    fc.assert(
      fc.property(hostileText, hostileText, (name, file) => {
        const points = readTap(toTap(hostileReport(name, file)))
        expect(points.map(({ ok, number }) => [ok, number])).toEqual([
          [true, 1],
          [false, 2],
        ])
        for (const { description } of points) expect(description.replace(/\\[\\#]/g, '')).not.toMatch(/[#\\]/)
      }),
    )
  })
})

test('JSON has every difference as data', () => {
  const json = reportToJson(report)
  expect(json).toMatchObject({ ok: false, passed: 1, failed: 2, elapsed: 1234 })
  expect(json.cases).toMatchObject([
    { name: 'a rating', file: 'tests/rated.yaml', line: 4, passed: true },
    { name: 'a remark', checks: [{ name: 'webhook', passed: false, differences: [member, nested] }, {}, {}, {}] },
    {},
  ])
})
