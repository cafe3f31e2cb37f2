/** Every runaway expression reaches the same limit on both engines, by a count and not by a clock. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { DEFAULT_LIMITS, type Limits } from '../../../runtime/expression/compiler/runtime/limits.ts'
import { compileExpression } from '../../../runtime/expression/link.ts'
import { evaluateInterpreted } from '../../helpers/limits/evaluate-interpreted.ts'
import { runaways } from '../../helpers/limits/runaways.ts'

const codeOf = async (run: () => unknown): Promise<string> => {
  try {
    await run()
    return 'no error'
  } catch (error) {
    return String((error as { code?: unknown }).code).replace('expression/', '')
  }
}

/** A tenth of the defaults, to reach them sooner. */
const tenth: Limits = {
  steps: DEFAULT_LIMITS.steps / 10,
  stack: DEFAULT_LIMITS.stack,
  sequence: DEFAULT_LIMITS.sequence / 10,
  output: DEFAULT_LIMITS.output / 10,
}

describe('both engines reach the same limit', () => {
  test.each(runaways)('$name: $code', async ({ text, code }) => {
    expect({
      compiled: await codeOf(() => compileExpression(text, { place: 'test' }, [], tenth).evaluate({})),
      interpreted: await codeOf(() => evaluateInterpreted(text, tenth)),
    }).toEqual({ compiled: code, interpreted: code })
  })
})

describe('large expressions within the limits complete', () => {
  test.each([
    ['[1..20000].($ * 2) ~> $sum', 400_020_000],
    ['$length($join([1..20000].$string(), ", "))', 128_892],
    ['$count($sort([1..5000], function($a, $b) { $a < $b }))', 5000],
    ['$count($keys([1..5000]{$string($ % 100): $}))', 100],
    ['$count($keys([1..20000]{$string($ % 400): $count($)}))', 400],
    ['$count($distinct([1..5000].($ % 500)))', 500],
    ['$length($reduce([1..500], function($s, $i) { $s & "<p>a paragraph of a conversation</p>" }, ""))', 18_000],
    ['$count($reduce([1..3000], function($l, $i) { $append($l, $i) }, []))', 3000],
    ['$length($replace($pad("", 20000, "ab "), /a(b)/, "<$1>"))', 26_667],
    ['$count($match($pad("", 20000, "a1 "), /[a-z]\\d/))', 6667],
    ['$count([1..20].$replace($pad("", 5000, "text <b>bold</b> "), /<[^>]*>/, ""))', 20],
    // An example from the JSONata documentation: the largest factorial below infinity.
    ['($f := function($x) { $x <= 1 ? 1 : $x * $f($x - 1) }; $f(170))', 7.257415615307994e306],
    ['$pad(missing, 1e9)', undefined],
    ['$formatInteger(3999, "I")', 'MMMCMXCIX'],
    ['$toMillis("20260711120000123", "[Y0001][M01][D01][H01][m01][s01][f001]")', 1_783_771_200_123],
    ['$fromMillis(0, "[D01]/[M01]/[Y0001] [h#1]:[m01][P]")', '01/01/1970 12:00am'],
  ])('%s', async (text, result) => {
    expect(await compileExpression(text, { place: 'test' }, []).evaluate({})).toEqual(result)
    expect(await evaluateInterpreted(text)).toEqual(result)
  })
})

test('the worst runaways end within a heap of 256 MB', { timeout: 60_000 }, async () => {
  const child = fileURLToPath(new URL('../../helpers/limits/child.ts', import.meta.url))
  const options = ['--max-old-space-size=256', '--import', 'tsx', child]
  const { stdout } = await promisify(execFile)(process.execPath, options)
  const worst = runaways.filter((each) => each.worst)
  expect(
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual(worst.map(({ name, code }) => [name, code, code]))
})
