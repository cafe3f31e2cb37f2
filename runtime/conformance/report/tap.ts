/** The report as TAP 14: https://testanything.org/tap-version-14-specification.html */
import { stringify } from 'yaml'
import { describeChecks } from './describe-check.ts'
import { formatPlace, type RunReport } from './run-report.ts'

export function toTap({ cases }: RunReport): string {
  const checks = cases.flatMap(describeChecks)
  const points = checks.map(({ title, place, elapsed, failure }, at) => {
    const head = `${failure === undefined ? 'ok' : 'not ok'} ${at + 1} - ${escapeDescription(`${place.file}: ${title}`)}`
    const data = {
      ...(failure !== undefined && { message: failure }),
      ...(failure !== undefined && { at: formatPlace(place) }),
      duration_ms: Math.round(elapsed * 1000) / 1000,
    }
    const yaml = stringify(data, { lineWidth: 0 }).trimEnd().split('\n')
    return [head, '  ---', ...yaml.map((line) => `  ${line}`), '  ...'].join('\n')
  })
  return ['TAP version 14', `1..${checks.length}`, ...points, ''].join('\n')
}

/** One line; `#` begins a directive and `\` an escape. */
const escapeDescription = (text: string): string =>
  text
    .replace(/[\s\p{Cc}\u2028\u2029]+/gu, ' ')
    .trim()
    .replace(/[\\#]/g, '\\$&')
