/** The ReDoS analysis distinguishes regular expressions that backtrack without practical bound from those that do not. */
import { describe, expect, test } from 'vitest'
import { loadConnectorSpec } from '../../../connector/spec.ts'
import { checkExpression } from '../../../runtime/expression/check/check.ts'
import { walkNodes } from '../../../runtime/expression/compiler/ast.ts'
import { findAmbiguity } from '../../../runtime/expression/compiler/regex/ambiguity.ts'
import { buildNfa } from '../../../runtime/expression/compiler/regex/nfa.ts'
import { parseRegex } from '../../../runtime/expression/compiler/regex/parse.ts'
import { analyzeBacktracking, type BacktrackingVerdict } from '../../../runtime/expression/compiler/regex/redos.ts'
import { isProblem, parseExpression } from '../../../runtime/expression/parse.ts'
import { collectExpressionTexts } from '../../helpers/spec/spec-expressions.ts'

const partTexts = (regex: RegExp, verdict: BacktrackingVerdict): readonly string[] =>
  verdict.power === 3 ? verdict.parts.map(([start, end]) => regex.source.slice(start, end)) : []

describe('linear', () => {
  test.each([
    [/^\+?[0-9 ()-]{6,20}$/],
    [/^[A-Z0-9._%+-]+@[A-Z0-9.-]+\.[A-Z]{2,}$/i],
    [/^[\w.+-]+@[\w-]+(\.[\w-]+)+$/],
    [/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/],
    [/^https?:\/\/([^/]+)(\/.*)?$/],
    [/https?:\/\/[^\s"<>]+/i],
    [/^(?:\d{1,3}\.){3}\d{1,3}$/],
    [/^[a-z0-9]+(?:-[a-z0-9]+)*$/],
    [/\b[A-Z]{2,3}-\d+\b/],
    [/order\s+#?(\d+)/i],
    [/<br\s*\/?>/i],
    [/&(amp|lt|gt);/],
    [/(?:\r\n|\r|\n)/],
    [/utm_[a-z]+=([^&]*)/],
    [/^(\w+)\s+(\w+)$/],
    [/^(?<year>\d{4})\/(?<month>\d\d)$/],
    [/^(['"])[a-z]+\1$/],
    [/[\u00e0-\uffff\t\x41\cA\0\]\\-]/],
    [/^(?=.*\d)(?=.*[a-z]).{8,}$/],
    // A pattern that matches the empty text never fails, so it never backtracks.
    [/^(\w+\s?)*/],
    [/(a*)*/],
  ])('%s', (regex) => {
    expect(analyzeBacktracking(regex)).toEqual({ power: 1 })
  })
})

describe('quadratic', () => {
  test.each([
    [/\s+$/],
    [/^\s+|\s+$/],
    [/<[^>]*>/],
    [/<\/?[a-z][^>]*>/i],
    [/[\w.+-]+@[\w-]+\.[\w.-]+/],
    [/^[^\s@]+@[^\s@]+\.[^\s@]+$/],
    [/^(.*?), (.*)$/],
    [/a.*b/],
    [/(\d+)-(\d+)/],
    [/(?<!a)b+c/],
  ])('%s', (regex) => {
    expect(analyzeBacktracking(regex)).toEqual({ power: 2 })
  })
})

describe('worse than quadratic', () => {
  const rows: [RegExp, 'exponential' | 'polynomial' | 'too-large', ...parts: string[]][] = [
    [/(a+)+$/, 'exponential', '(a+)+'],
    [/(a|a)*b/, 'exponential', '(a|a)*'],
    [/^(a|aa)+$/, 'exponential', '(a|aa)+'],
    [/(.*)*x/, 'exponential', '(.*)*'],
    [/(a*)*b/, 'exponential', '(a*)*'],
    [/^(\w+\s?)*$/, 'exponential', '(\\w+\\s?)*'],
    [/(x+x+)+y/, 'exponential', '(x+x+)+'],
    [/(\w|\d)+x/, 'exponential', '(\\w|\\d)+'],
    [/^(?:(?:a|b)+,?)+$/, 'exponential', '(?:(?:a|b)+,?)+'],
    [/(a{1,10}){1,10}b/, 'exponential', '(a{1,10}){1,10}'],
    [/^(([a-z])+.)+[A-Z]([a-z])+$/, 'exponential', '(([a-z])+.)+'],
    [/(?=(a+)+$)b/, 'exponential', '(a+)+'],
    [/^(?:(k|K)+)*$/i, 'exponential', '(?:(k|K)+)*'],
    [/^(?:(?:a?|b?)c)*$/, 'exponential', '(?:(?:a?|b?)c)*'],
    [/^(?:(.)\1?)+$/, 'exponential', '(?:(.)\\1?)+'],
    [/a.*b.*c/, 'polynomial', '.*', '.*'],
    [/(.*)(.*)(.*)x/, 'polynomial', '.*', '.*', '.*'],
    [/^\s*(.*?)\s*$/, 'polynomial', '\\s*', '.*?', '\\s*'],
    [/[^\s@]+@[^\s@]+\.[^\s@]+$/, 'polynomial', '[^\\s@]+', '[^\\s@]+', '[^\\s@]+'],
    [new RegExp(`^${'a?'.repeat(30)}${'a'.repeat(30)}$`), 'too-large'],
    [new RegExp(`^(?:${'[ab]c|'.repeat(300)}d)$`), 'too-large'],
  ]
  test.each(rows)('%s', (regex, reason, ...expected) => {
    const verdict = analyzeBacktracking(regex)
    expect(verdict).toMatchObject({ power: 3, reason })
    expect(partTexts(regex, verdict)).toEqual(expected)
  })
})

describe('measured times agree with the verdicts', () => {
  /** Milliseconds, the minimum of three runs. */
  const time = (regex: RegExp, text: string): number => {
    const durations = [0, 1, 2].map(() => {
      const start = performance.now()
      regex.test(text)
      return performance.now() - start
    })
    return Math.min(...durations)
  }

  test.each([
    [/^(\w+\s?)*$/, 'a', '!'],
    [/^(?:(?:a?|b?)c)*$/, 'c', '!'],
    [/^(?:(.)\1?)+$/, 'a', '\n'],
  ])('%s takes exponential time', (regex, unit, end) => {
    expect(time(regex, unit.repeat(24) + end)).toBeGreaterThan(20 * time(regex, unit.repeat(14) + end))
  })

  test.each([
    [/\s+$/, ' ', 'x'],
    [/^[^\s@]+@[^\s@]+\.[^\s@]+$/, 'a@a.', ' '],
    [/[\w.+-]+@[\w-]+\.[\w.-]+/, 'a', ''],
    [/^(?:\d{1,3}\.){3}\d{1,3}$/, '1', 'x'],
  ])('%s ends in time', (regex, unit, end) => {
    expect(time(regex, unit.repeat(5_000) + end)).toBeLessThan(2_000)
  })
})

test('a problem has the span of the regular expression, and names the ambiguous part', () => {
  const text = '$replace(a, /,/, "") & $match(b, /x(\n?\\/(a+)+)$/im)'
  const parsed = parseExpression(text)
  if (isProblem(parsed)) throw new Error(parsed.message)
  const [problem, ...more] = checkExpression(parsed, { functions: [], variables: [] })
  expect(more).toEqual([])
  expect(problem).toMatchObject({ code: 'regex-backtracking', message: expect.stringContaining('"(a+)+"') as string })
  expect(text.slice(...(problem?.span ?? []))).toBe('/x(\n?\\/(a+)+)$/im')
})

test('the shipped regular expressions are bounded', async () => {
  for (const text of collectExpressionTexts(await loadConnectorSpec())) {
    const parsed = parseExpression(text)
    if (isProblem(parsed)) throw new Error(parsed.message)
    for (const { value } of walkNodes(parsed.root)) {
      if (value instanceof RegExp) expect([value, analyzeBacktracking(value).power]).not.toEqual([value, 3])
    }
  }
})

test('the verdict is deterministic: counted, not timed', () => {
  const regex = /^(?:[a-z]+|[0-9]+|[^x]){1,4}(?:,[a-z]*)*$/
  expect(findAmbiguity(buildNfa(parseRegex(regex)))).toEqual(findAmbiguity(buildNfa(parseRegex(regex))))
})
