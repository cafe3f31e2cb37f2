/** The ReDoS analysis accepts nothing that recheck, an independent checker, finds slower. */
import { expect, test } from 'vitest'
import { loadConnectorSpec } from '../../../connector/spec.ts'
import { walkNodes } from '../../../runtime/expression/compiler/ast.ts'
import { analyzeBacktracking } from '../../../runtime/expression/compiler/regex/redos.ts'
import { isProblem, parseExpression } from '../../../runtime/expression/parse.ts'
import { askRecheck, checkRegexes } from '../../helpers/regexes/check.ts'
import { collectExpressionTexts } from '../../helpers/spec/spec-expressions.ts'

test('the shipped regular expressions are bounded, and recheck agrees', async () => {
  for (const text of collectExpressionTexts(await loadConnectorSpec())) {
    const parsed = parseExpression(text)
    if (isProblem(parsed)) throw new Error(parsed.message)
    for (const { value } of walkNodes(parsed.root)) {
      if (!(value instanceof RegExp)) continue
      const { power } = analyzeBacktracking(value)
      expect([value, power]).not.toEqual([value, 3])
      expect([value, askRecheck(value, 1_000).degree <= power]).toEqual([value, true])
    }
  }
})

/** Examples of what the analysis once accepted. */
test.each([
  [/^(?:\d?){34}$/],
  [/^(?:(?:a?)+b)*$/],
  [/^(?:a|a){40}/],
  [/^(?:(x)?\1.|.)*$/],
  [/^(?:(?:(b)|c)\1a?|a)*$/],
  [/(?<=x(?:a+)+)b/],
  [/\d+(?<=[A-Z]\d+)\./],
  [/^(?:[\u0100-\u10ff]|\u1c90)*$/i],
  [/(?<=\bOrder\s*#?\s*)\d+/],
])('%s: refused, and so it would be by recheck', (regex) => {
  expect(analyzeBacktracking(regex).power).toBe(3)
  const { complexity, degree } = askRecheck(regex, 1_000)
  // Within this time it has no answer to some.
  expect([complexity, complexity === 'unknown' || degree > 2]).toEqual([complexity, true])
})

test('recheck finds none of the accepted ones slower', () => {
  const { tally, differences } = checkRegexes({ count: 200, seed: 1, timeout: 200 })
  expect(differences).toEqual([])
  const unknown = Object.entries(tally).flatMap(([what, times]) => (what.endsWith('unknown') ? [times] : []))
  // Otherwise it proves nothing.
  expect(unknown.reduce((a, b) => a + b, 0)).toBeLessThan(100)
})
