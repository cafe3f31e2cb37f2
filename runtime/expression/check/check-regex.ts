/** Complaints about the regular expressions of an expression. */
import { nodes } from '../compiler/ast.ts'
import { analyzeBacktracking, type BacktrackingVerdict } from '../compiler/regex/redos.ts'
import type { Parsed, Problem } from '../parse.ts'

export function regexProblems({ root, text }: Parsed): readonly Problem[] {
  const found: Problem[] = []
  for (const { type, value, position } of nodes(root)) {
    if (type !== 'regex' || !(value instanceof RegExp)) continue
    const judgement = analyzeBacktracking(value)
    if (judgement.power === 3) found.push(problem(value.source, judgement, spanOf(value, position, text)))
  }
  return found
}

type Refused = Extract<BacktrackingVerdict, { readonly power: 3 }>

function problem(source: string, { reason, parts }: Refused, span: Problem['span']): Problem {
  const named = [...new Set(parts.map(([start, end]) => `"${source.slice(start, end)}"`))]
  return { code: 'regex-backtracking', message: messages[reason](named), help: helps[reason], span }
}

const messages: Readonly<Record<Refused['reason'], (parts: readonly string[]) => string>> = {
  exponential: ([part]) =>
    `a regular expression may never end: ${part} can take the same text in ever more ways, the longer it is`,
  polynomial: (parts) => {
    const which = parts.length > 1 ? `${parts.join(' and ')} can` : `${parts[0]} is in it more than once and can`
    return `a regular expression may take hours over a long text: ${which} take the same characters`
  },
  'too-large': () => 'a regular expression has too many choices and repetitions to tell whether it ends',
}

const helps: Readonly<Record<Refused['reason'], string>> = {
  exponential: 'let each turn of a repetition begin with what the rest of it cannot take, as in (?:,[^,]+)*',
  polynomial:
    'begin with ^, or repeat what cannot take the text that follows: [^"]* instead of .*; cut spaces off with $trim',
  'too-large': 'match a part of it, or do it in two steps',
}

/** From the opening slash to the last flag. The source may be written otherwise: a line end shows as `\\n` in it. */
function spanOf({ source, flags }: RegExp, position: unknown, text: string): Problem['span'] {
  const end = typeof position === 'number' ? position : text.length
  const close = end - (flags.length - 1) - 1
  for (let open = text.lastIndexOf('/', close - 1); open >= 0; open = text.lastIndexOf('/', open - 1)) {
    if (isSource(text.slice(open + 1, close), source)) return [open, end]
    if (open === 0) break
  }
  return [0, end]
}

function isSource(written: string, source: string): boolean {
  try {
    return new RegExp(written).source === source
  } catch {
    return false
  }
}
