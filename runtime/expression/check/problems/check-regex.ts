/** Checks the regular expressions of an expression for ReDoS. */
import { walkNodes } from '../../compiler/ast.ts'
import { analyzeBacktracking, type BacktrackingVerdict } from '../../compiler/regex/redos.ts'
import type { Parsed, Problem } from '../../parse.ts'

export function findRegexProblems({ root, text }: Parsed): readonly Problem[] {
  const found: Problem[] = []
  const checked = new Set<RegExp>()
  for (const { type, value, position } of walkNodes(root)) {
    if (type !== 'regex' || !(value instanceof RegExp) || checked.has(value)) continue
    checked.add(value)
    const verdict = analyzeBacktracking(value)
    if (verdict.power === 3) found.push(toProblem(value.source, verdict, findSpan(value, position, text)))
  }
  return found
}

type UnsafeVerdict = Extract<BacktrackingVerdict, { readonly power: 3 }>

function toProblem(source: string, { reason, parts }: UnsafeVerdict, span: Problem['span']): Problem {
  const quoted = [...new Set(parts.map(([start, end]) => `"${source.slice(start, end)}"`))]
  return { code: 'regex-backtracking', message: MESSAGES[reason](quoted), help: HELP[reason], span }
}

const MESSAGES: Readonly<Record<UnsafeVerdict['reason'], (parts: readonly string[]) => string>> = {
  exponential: ([part]) =>
    `a regular expression may never end: ${part} can match the same string in exponentially many ways`,
  polynomial: (parts) => {
    const which = parts.length > 1 ? `${parts.join(' and ')} can` : `${parts[0]} occurs more than once and can`
    return `a regular expression may take hours on a long string: ${which} match the same characters`
  },
  'too-large': () => 'a regular expression has too many alternatives and repetitions to prove that it ends',
}

const HELP: Readonly<Record<UnsafeVerdict['reason'], string>> = {
  exponential: 'start each iteration with a character that the rest of it cannot match, as in (?:,[^,]+)*',
  polynomial:
    'begin with ^, or repeat a class that cannot match the text that follows: [^"]* instead of .*; trim spaces with $trim',
  'too-large': 'match a part of the string, or match in two steps',
}

/** From the opening slash to the last flag. `source` may differ from the text: it shows a line end as `\\n`. */
function findSpan({ source, flags }: RegExp, position: unknown, text: string): Problem['span'] {
  const end = typeof position === 'number' ? position : text.length
  const close = end - (flags.length - 1) - 1
  for (let open = text.lastIndexOf('/', close - 1); open >= 0; open = text.lastIndexOf('/', open - 1)) {
    if (matchesSource(text.slice(open + 1, close), source)) return [open, end]
    if (open === 0) break
  }
  return [0, end]
}

function matchesSource(text: string, source: string): boolean {
  try {
    return new RegExp(text).source === source
  } catch {
    return false
  }
}
