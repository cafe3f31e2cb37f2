/** The report as JUnit XML, as CI servers read it: a suite a file, a test for each check of a case. */
import { escapeUTF8 } from 'entities'
import { groupBy } from '../../lib/group-by.ts'
import { type DescribedCheck, describeChecks } from './describe-check.ts'
import type { RunReport } from './run-report.ts'

export function toJunit({ cases, elapsed }: RunReport): string {
  const all = cases.flatMap(describeChecks)
  const suites = [...groupBy(all, ({ place }) => place.file)].map(([file, checks]) => toSuite(file, checks))
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="connector test"${counts(all)} time="${seconds(elapsed)}">`,
    ...suites,
    '</testsuites>',
    '',
  ].join('\n')
}

function toSuite(file: string, checks: readonly DescribedCheck[]): string {
  const time = seconds(checks.reduce((sum, check) => sum + check.elapsed, 0))
  const tests = checks.map(({ title, place, elapsed, failure }) => {
    const attributes = `name=${quote(title)} classname=${quote(file)} file=${quote(file)} line="${place.line}" time="${seconds(elapsed)}"`
    if (failure === undefined) return `    <testcase ${attributes}/>`
    const [message = ''] = failure.split('\n')
    return [
      `    <testcase ${attributes}>`,
      `      <failure message=${quote(message)} type="difference">${escapeText(failure)}</failure>`,
      '    </testcase>',
    ].join('\n')
  })
  return [`  <testsuite name=${quote(file)}${counts(checks)} time="${time}">`, ...tests, '  </testsuite>'].join('\n')
}

const counts = (checks: readonly { readonly failure?: string }[]): string =>
  ` tests="${checks.length}" failures="${checks.filter(({ failure }) => failure !== undefined).length}" errors="0" skipped="0"`

const seconds = (ms: number): string => (ms / 1000).toFixed(3)

/** XML 1.0 can write neither most control characters nor half a surrogate pair. */
const IMPOSSIBLE = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu

const escapeText = (text: string): string => escapeUTF8(text.replace(IMPOSSIBLE, '\uFFFD'))

/** A parser turns line breaks of an attribute into spaces unless they are references. */
const quote = (text: string): string =>
  `"${escapeText(text).replaceAll('\n', '&#10;').replaceAll('\r', '&#13;').replaceAll('\t', '&#9;')}"`
