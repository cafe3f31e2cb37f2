/** The switch of a metric in the text of its file. */
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { setEnabled } from '../../../runtime/spec-editing/set-enabled.ts'

test.each<[string, string, boolean, string | undefined]>([
  [
    'adds a line below the metric',
    '# why\nmetric: A # name\nkey: [a, id]\n',
    false,
    '# why\nmetric: A # name\nenabled: false\nkey: [a, id]\n',
  ],
  ['replaces the value', 'metric: A\nenabled: false # for now\n', true, 'metric: A\nenabled: true # for now\n'],
  [
    'of an overlay adds the first line',
    '# ours\nproperties:\n  A: ~\n',
    false,
    '# ours\nenabled: false\nproperties:\n  A: ~\n',
  ],
  ['of an empty file', '', false, 'enabled: false\n'],
  ['of comments alone', '# ours', false, '# ours\nenabled: false\n'],
  ['keeps the ends of lines', 'metric: A\r\nkey: [a]\r\n', false, 'metric: A\r\nenabled: false\r\nkey: [a]\r\n'],
  ['of a last line without an end', 'metric: A', false, 'metric: A\nenabled: false\n'],
  [
    'of a metric over several lines',
    'metric: >\n  A\n  B\nkey: [a]\n',
    false,
    'metric: >\n  A\n  B\nenabled: false\nkey: [a]\n',
  ],
  ['of no YAML', 'metric: [', false, undefined],
  ['of a list', '- a\n', false, undefined],
])('%s', (_, text, enabled, expected) => {
  expect(setEnabled(text, enabled)).toBe(expected)
})

const folder = new URL('../../../mappings/', import.meta.url)

describe.each(readdirSync(folder).filter((name) => !/^_|profile/.test(name)))('%s', (name) => {
  test('turns off and on again with every other line as it was', () => {
    const text = readFileSync(new URL(name, folder), 'utf8')
    const off = setEnabled(text, false) ?? ''
    expect(parse(off)).toEqual({ ...parse(text), enabled: false })
    expect(off.replace('enabled: false\n', '')).toBe(text)
    expect(parse(setEnabled(off, true) ?? '')).toEqual({ ...parse(text), enabled: true })
  })
})
