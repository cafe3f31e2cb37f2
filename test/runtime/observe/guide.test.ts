/** The guide lists every observation, every span and every metric. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { OBSERVATION_TYPES } from '../../../runtime/ports/observation.ts'

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')
const guide = read('docs/guide/observing.md')
const rowsOf = (header: string) => {
  const [, table = ''] = guide.split(`\n| ${header} |`)
  return [...(table.split('\n\n')[0] ?? '').matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name)
}

test('every observation', () => {
  expect(rowsOf('Type')).toEqual([...OBSERVATION_TYPES])
})

test('every metric', () => {
  const names = [...read('runtime/otel/metric-recorder.ts').matchAll(/(?:seconds|count)\('([\w.]+)'/g)]
  expect(names.length).toBeGreaterThan(10)
  expect(rowsOf('Metric').sort()).toEqual(names.map(([, name]) => name).sort())
})

test('every span', () => {
  const source = read('runtime/otel/span-recorder.ts')
  const words = new Set([...source.matchAll(/[`'](receive|process|map|lookup|send|read)\b/g)].map(([, word]) => word))
  expect(new Set(rowsOf('Span').map((name) => name?.split(' ')[0]))).toEqual(new Set([...words, '<method>']))
})
