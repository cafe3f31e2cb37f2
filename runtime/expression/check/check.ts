/** Checks an expression before it runs. Reports misspelt names, which JSONata evaluates to nothing without an error. */

import { joinWords } from '../../lib/format.ts'
import { type Node, walkNodes } from '../compiler/ast.ts'
import { BUILTIN_SIGNATURES, VOLATILE_BUILTINS } from '../compiler/runtime/functions/builtins.ts'
import { nearestWords, suggest } from '../did-you-mean.ts'
import { explainForeignFunction } from '../foreign-syntax.ts'
import type { FunctionTable } from '../functions.ts'
import type { Parsed, Problem } from '../parse.ts'
import { type Arity, parseArity } from './arity.ts'
import { findWrongLiterals } from './problems/check-literals.ts'
import { findRegexProblems } from './problems/check-regex.ts'
import { findUndatedTimes } from './problems/check-times.ts'
import { findReferences, type Reference } from './references.ts'

export interface CheckOptions {
  readonly functions: FunctionTable
  /** Names bound at evaluation. */
  readonly variables: Iterable<string>
  /** Names bound in other places: tells a misplaced name from a misspelt one. */
  readonly elsewhere?: Iterable<string>
  /** Of these, the names of lookups. */
  readonly lookups?: readonly string[]
  /** Where results must be stable: the help text for `$now`, `$millis`, `$random` and `$shuffle`, which are errors. */
  readonly volatileHelp?: string
}

type ProblemText = Omit<Problem, 'span'>

interface KnownNames {
  readonly signatures: ReadonlyMap<string, string>
  readonly variables: ReadonlySet<string>
  readonly elsewhere: ReadonlySet<string>
  readonly lookups: readonly string[]
  readonly volatileHelp: string | undefined
}

export function checkExpression(parsed: Parsed, options: CheckOptions): readonly Problem[] {
  const names: KnownNames = {
    signatures: getSignatures(options.functions),
    variables: new Set(options.variables),
    elsewhere: new Set(options.elsewhere),
    lookups: options.lookups ?? [],
    volatileHelp: options.volatileHelp,
  }
  const problems = findReferences(parsed.root).flatMap((reference) => {
    const problem = checkReference(reference, names)
    const start = reference.end - reference.name.length - (reference.kind === 'bare' ? 0 : 1)
    return problem === undefined ? [] : [{ ...problem, span: [start, reference.end] as const }]
  })
  const all = [
    ...problems,
    ...findCurlyQuotes(parsed),
    ...findStringAdditions(parsed),
    ...findLongNumbers(parsed),
    ...findRegexProblems(parsed),
    ...findWrongLiterals(parsed, options.functions),
    ...(options.volatileHelp === undefined ? [] : findUndatedTimes(parsed)),
  ]
  // The tree holds the left side of `??` and `?:` twice.
  return [...new Map(all.map((problem) => [`${problem.code} ${problem.span}`, problem])).values()]
}

/** By function table: all expressions of a spec share one. */
const signatureCache = new WeakMap<FunctionTable, ReadonlyMap<string, string>>()

function getSignatures(functions: FunctionTable): ReadonlyMap<string, string> {
  const cached = signatureCache.get(functions)
  if (cached !== undefined) return cached
  const own = functions.map(({ name, signature }) => [name, signature] as const)
  const all = new Map([...Object.entries(BUILTIN_SIGNATURES), ...own])
  signatureCache.set(functions, all)
  return all
}

function checkReference({ kind, name, args }: Reference, names: KnownNames): ProblemText | undefined {
  const signature = names.signatures.get(name)
  if (kind === 'bare') return reportMissingDollar(name, names)
  if (name === 'eval') return { code: 'eval', message: '$eval is switched off', help: 'write the expression itself' }
  if (names.volatileHelp !== undefined && VOLATILE_BUILTINS.has(name)) {
    return { code: 'volatile', message: `the result of $${name} varies between evaluations`, help: names.volatileHelp }
  }
  if (signature === undefined) {
    if (names.variables.has(name)) return undefined
    return kind === 'call' || kind === 'partial'
      ? reportUnknownFunction(name, names)
      : reportUnknownVariable(name, names)
  }
  if (kind === 'variable') {
    const help = `call it: $${name}(…)`
    return { code: 'uncalled', message: `$${name} is a function and is not called`, help }
  }
  if (kind === 'partial' && !Object.hasOwn(BUILTIN_SIGNATURES, name)) {
    return {
      code: 'partial',
      message: `$${name} cannot be applied partially`,
      help: 'write function($x) { … } instead',
    }
  }
  return kind === 'call' ? checkArguments(name, args, parseArity(signature)) : undefined
}

/** JSONata parses `“open”` as the name of a field, which no record has. */
function findCurlyQuotes({ root, text }: Parsed): readonly Problem[] {
  if (!/[“”„‘’]/.test(text)) return []
  const names = [...walkNodes(root)].filter(
    ({ type, value }) => type === 'name' && /^[“”„‘’]|[“”‘’]$/.test(String(value)),
  )
  return names.flatMap(({ value, position }) => {
    const end = Number(position)
    if (text[end - 1] === '`') return [] // quoted, so intended
    const message = `${value} is parsed as the name of a field`
    const help = `strings need straight quotes: "…" or '…'`
    return [{ code: 'curly-quotes', message, help, span: [end - String(value).length, end] as const }]
  })
}

/** `+` on a string literal, which fails for every record. */
function findStringAdditions({ root, text }: Parsed): readonly Problem[] {
  if (!text.includes('+')) return []
  const sums = [...walkNodes(root)].filter(({ type, value }) => type === 'binary' && value === '+')
  const wrong = sums.filter(({ lhs, rhs }) => [lhs, rhs].some((side) => (side as Node).type === 'string'))
  return wrong.map(({ position }) => {
    const end = Number(position)
    return {
      code: 'string-addition',
      message: '+ adds numbers',
      help: 'concatenate strings with &',
      span: [end - 1, end] as const,
    }
  })
}

/** Data keeps such a number as text (`parseJson`), so a rounded literal would equal nothing. */
function findLongNumbers({ root, text }: Parsed): readonly Problem[] {
  if (!/\d{16}/.test(text)) return []
  const long = [...walkNodes(root)].filter(({ type, value }) => type === 'number' && !Number.isSafeInteger(value))
  return long.flatMap(({ position }) => {
    const digits = /\d{16,}$/.exec(text.slice(0, Number(position)))?.[0]
    if (digits === undefined) return []
    const help = `compare it as text: "${digits}"`
    const span = [Number(position) - digits.length, Number(position)] as const
    return [
      { code: 'long-number', message: 'this number would lose digits; data has such a number as text', help, span },
    ]
  })
}

const quoteVariable = (name: string): string => `"$${name}"`

function reportMissingDollar(name: string, { signatures }: KnownNames): ProblemText {
  const [closest] = nearestWords(name, signatures.keys())
  const foreign = signatures.has(name) ? undefined : explainForeignFunction(name)
  const help = foreign ?? (closest === undefined ? undefined : `did you mean ${quoteVariable(closest)}?`)
  return { code: 'unknown-function', message: `"${name}" is called without its $`, ...(help && { help }) }
}

function reportUnknownVariable(name: string, { variables, elsewhere, lookups, signatures }: KnownNames): ProblemText {
  const here = variables.size === 0 ? 'nothing is bound here' : `bound here: ${joinWords([...variables])}`
  if (elsewhere.has(name)) {
    const later = lookups.includes(name)
      ? `; ${quoteVariable(name)} is looked up later, for properties and the skip rules of metrics`
      : ''
    return { code: 'misplaced-variable', message: `${quoteVariable(name)} is not bound here`, help: here + later }
  }
  const near = nearestWords(name, [...variables, ...signatures.keys()])
  const help = near.length > 0 ? suggest(name, near, quoteVariable) : `${here}; fields of the record have no $`
  return { code: 'unknown-variable', message: `unknown variable ${quoteVariable(name)}`, help }
}

function reportUnknownFunction(name: string, { signatures }: KnownNames): ProblemText {
  const near = nearestWords(name, signatures.keys())
  const listed =
    near.length > 0 ? suggest(name, near, quoteVariable) : 'the functions are listed in docs/reference/functions.md'
  const help = explainForeignFunction(name) ?? listed
  return { code: 'unknown-function', message: `unknown function ${quoteVariable(name)}`, help }
}

function checkArguments(name: string, args: number, { min, max }: Arity): ProblemText | undefined {
  if (args >= min && args <= max) return undefined
  const takes = max === Number.POSITIVE_INFINITY ? `at least ${min}` : min === max ? `${min}` : `${min} to ${max}`
  const plural = takes === '1' ? 'argument' : 'arguments'
  return { code: 'arguments', message: `$${name} takes ${takes} ${plural}, not ${args}` }
}
