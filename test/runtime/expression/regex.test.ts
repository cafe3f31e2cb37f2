/** The ReDoS analysis distinguishes regular expressions that backtrack without practical bound from those that do not. */
import { describe, expect, test } from 'vitest'
import { checkExpression } from '../../../runtime/expression/check/check.ts'
import { findAmbiguity } from '../../../runtime/expression/compiler/regex/ambiguity.ts'
import { buildNfa } from '../../../runtime/expression/compiler/regex/nfa.ts'
import { parseRegex } from '../../../runtime/expression/compiler/regex/parse.ts'
import { analyzeBacktracking, type BacktrackingVerdict } from '../../../runtime/expression/compiler/regex/redos.ts'
import { getMatchingCost } from '../../../runtime/expression/interpreter/matching-cost.ts'
import { isProblem, parseExpression } from '../../../runtime/expression/parse.ts'

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
    [/^(?:\d?){4}$/],
    [/^(?:(?:a?){0,2}b)*$/],
    [/(?<=\$)\d+/],
    [/(?<![\w.])\d{5}(?!\d)/],
    [/^[+]?1?[ .-]?\(?\d{3}\)?[ .-]?\d{3}[ .-]?\d{4}$/],
    [/^[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i],
    [/\$\d{1,3}(?:,\d{3})*(?:\.\d{2})?/],
    [/^([01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?$/],
    [/\b(?:refund|return|exchange|cancel(?:led|ing)?)\b/i],
    [/^(?:Mr|Mrs|Ms|Dr)\.?\s+([A-Z][a-z]+)/],
    [/^(?:\+|00)?(?:[1-9]\d{0,2})[ -]?\d{4,14}$/],
    [/^[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}$/i],
    [/^(?:4\d{3}|5[1-5]\d{2})(?:[ -]?\d{4}){3}$/],
    [/\[(\w+)\]/],
    [/^re:\s*|^fwd?:\s*/i],
    [/#[a-z0-9_]{2,30}\b/i],
    [/\\u([0-9a-f]{4})/i],
    [/^(?=.{8,}$)(?=.*[A-Z])(?=.*\d)/],
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
    [/(?:\w+ ?){2,}/],
    [/"(?:[^"\\]|\\.)*"/],
    [/<!--(?:(?!-->).)*-->/],
    [/\B(?=(\d{3})+(?!\d))/],
    [/(?<=\s+)x/],
    [/(?:https?:\/\/)?(?:www\.)?[\w-]+(?:\.[\w-]+)+(?:\/\S*)?/],
    [/<(\w+)[^>]*>[^<]*<\/\1>/],
    [/^([^:=]+?)\s*[:=]/],
    [/(?<=order\s*#)\d+/i],
    [/\/\*[^*]*\*+(?:[^/*][^*]*\*+)*\//],
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
    // Which iterations match nothing is a choice, too.
    [/^(?:\d?){34}$/, 'exponential', '(?:\\d?){34}'],
    [/^(?:(?:a?)+b)*$/, 'exponential', '(?:(?:a?)+b)*'],
    [/^(?:(?:(?:a?){3})+b)*$/, 'exponential', '(?:(?:(?:a?){3})+b)*'],
    // One iteration of forty does not end the match.
    [/^(?:a|a){40}/, 'exponential', '(?:a|a){40}'],
    // A group that took no part: its back-reference matches nothing.
    [/^(?:(x)?\1.|.)*$/, 'exponential', '(?:(x)?\\1.|.)*'],
    [/^(?:(?:(b)|c)\1a?|a)*$/, 'exponential', '(?:(?:(b)|c)\\1a?|a)*'],
    // JavaScript matches a lookbehind from its end to its start.
    [/(?<=x(?:a+)+)b/, 'exponential', '(?:a+)+'],
    [/(?<=\bOrder\s*#?\s*)\d+/, 'polynomial', '\\s*', '\\s*'],
    [/\d+(?<=[A-Z]\d+)\./, 'polynomial', '\\d+', '\\d+'],
    [/(?<=(?=.*x).*y)z/, 'polynomial', '.*', '.*'],
    [/^(?:[\u0100-\u10ff]|\u1c90)*$/i, 'exponential', '(?:[\\u0100-\\u10ff]|\\u1c90)*'],
    // Choices outside of loops multiply.
    [new RegExp(`^${'[ab]?[^b]?(?:a|[^b]|.)'.repeat(8)}$`), 'too-large'],
    [new RegExp(`^x${'(?:|)'.repeat(40)}$`), 'too-large'],
    // The analysis itself ends.
    [new RegExp(`()${Array.from({ length: 30 }, (_, i) => `(\\${i + 1}\\${i + 1})`).join('')}`), 'too-large'],
    [/(?:(?:(?:(?:\b){60}){60}){60}){60}/, 'too-large'],
    [new RegExp('('.repeat(300) + ')'.repeat(300)), 'too-large'],
    [/a.*b.*c/, 'polynomial', '.*', '.*'],
    [/(.*)(.*)(.*)x/, 'polynomial', '.*', '.*', '.*'],
    [/^\s*(.*?)\s*$/, 'polynomial', '\\s*', '.*?', '\\s*'],
    [/[^\s@]+@[^\s@]+\.[^\s@]+$/, 'polynomial', '[^\\s@]+', '[^\\s@]+', '[^\\s@]+'],
    [new RegExp(`^${'a?'.repeat(30)}${'a'.repeat(30)}$`), 'too-large'],
    [new RegExp(`^(?:${'[ab]c|'.repeat(700)}d)$`), 'too-large'],
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
    [/^(\w+\s?)*$/, 'a', '!', 20],
    [/^(?:(?:a?|b?)c)*$/, 'c', '!', 20],
    [/^(?:(.)\1?)+$/, 'a', '\n', 24],
  ])('%s takes exponential time', (regex, unit, end, count) => {
    expect(time(regex, unit.repeat(count) + end)).toBeGreaterThan(20 * time(regex, unit.repeat(14) + end))
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

test.each([
  [String.raw`^(?:\X41|X|4|1|a)*X41$`, 'a capital X begins no code'],
  ['(?i:a|A)*b', 'flags of a group'],
  ['^(?:(?s:.)|\\n)*$', 'flags of a group'],
  ['^(?:(?:(?<y>a)|(?<y>b)c)\\k<y>|[abc])*$', 'a name of two groups'],
])('/%s/, some for newer engines: %s', (source) => {
  const nfa = buildNfa(parseRegex({ source, flags: '' }))
  expect(findAmbiguity(nfa).power).toBe(Number.POSITIVE_INFINITY)
})

test('many ways to match cost steps, even on a short string', () => {
  const few = getMatchingCost(/^(?:\d?){4}$/)
  const many = getMatchingCost(/^(?:\d?){14}$/)
  expect(few(60)).toBe(0)
  expect(many(60)).toBeGreaterThan(100)
  expect(many(10_000)).toBeGreaterThan(10_000)
})

test.each([
  ['$contains(a, REGEX)'],
  ['a ~> REGEX'],
  ['a ~> $replace(REGEX, "")'],
  ['$split(a, REGEX)[0]'],
  ['($pattern := REGEX; $match(a, $pattern))'],
  ['$map(a, function($text) { $text ~> REGEX })'],
  ['($trim ~> $contains(?, REGEX))(a)'],
  ['$match(a, REGEX)[0].groups[0] ?? "none"'],
  ['$contains(a, REGEX) ?: b'],
  ['a[$contains(b, REGEX)].c^(>$contains(d, /x/))'],
  ['a^($string($contains(d, REGEX)))'],
  ['a{b: $replace(c, REGEX, "")}'],
  ['$ ~> |a|{"b": $replace(b, REGEX, "")}|'],
  ['a ? b : {"c": [$contains(d, REGEX)]}'],
  ['$filter(a, REGEX)'],
])('the check finds a regular expression in %s', (template) => {
  const text = template.replace('REGEX', '/(a+)+$/')
  const parsed = parseExpression(text)
  if (isProblem(parsed)) throw new Error(parsed.message)
  const codes = checkExpression(parsed, { functions: [], variables: [] }).map(({ code }) => code)
  expect(codes).toContain('regex-backtracking')
})

test('the verdict is deterministic: counted, not timed', () => {
  const regex = /^(?:[a-z]+|[0-9]+|[^x]){1,4}(?:,[a-z]*)*$/
  expect(findAmbiguity(buildNfa(parseRegex(regex)))).toEqual(findAmbiguity(buildNfa(parseRegex(regex))))
})
