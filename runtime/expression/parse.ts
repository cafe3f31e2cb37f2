/** Parses an expression to its syntax tree, or to the problem in its text. */
import jsonata from 'jsonata'
import { type Node, walkNodes } from './compiler/ast.ts'
import { DEFAULT_LIMITS, type Limits } from './compiler/runtime/limits.ts'
import { findExcessiveCopy } from './copied-operands.ts'
import { explainForeign } from './foreign-syntax.ts'
import { explainError } from './jsonata-errors.ts'
import { restoreCopies } from './restore-copies.ts'

/** An error in the text of an expression. */
export interface Problem {
  /** The part of the diagnostic's code after the slash: `S0202`, `unknown-function`. Stable. */
  readonly code: string
  readonly message: string
  readonly help?: string
  /** Offsets into the text. */
  readonly span: readonly [start: number, end: number]
}

export interface Parsed {
  readonly text: string
  readonly root: Node
  readonly engine: jsonata.Expression
  readonly limits: Limits
}

export function parseExpression(text: string, limits: Limits = DEFAULT_LIMITS): Parsed | Problem {
  if (text.length > MAX_LENGTH) return toTooDeep(text)
  const copy = findExcessiveCopy(text)
  if (copy !== undefined) return toExcessiveCopy(text, copy)
  try {
    // Not JSONata's own timeout: it reads the wall clock, which also counts other work of this process.
    const options = { stack: limits.stack, sequence: limits.sequence }
    const engine = jsonata(text, options)
    const root = engine.ast() as Node
    if (isTooDeep(root, text, hasConcurrentParts(root) ? MAX_DEPTH : DEFAULT_LIMITS.stack)) return toTooDeep(text)
    restoreCopies(root, text)
    if (hasConcurrentParts(root)) options.stack *= CONCURRENT_PARTS_PER_LEVEL
    return { text, root, engine, limits }
  } catch (error) {
    return toProblem(error, text)
  }
}

/** Characters. A list of 50,000 numbers takes half a second to compile. */
const MAX_LENGTH = 100_000

/**
 * Nodes within nodes. The checks and the compiler recurse: at 1,000 they exhaust Node's own stack. Without lists and
 * objects an evaluation ends at the limit of levels, so that a sum of more terms would fail for every record.
 */
const MAX_DEPTH = 700

function isTooDeep(root: Node, text: string, limit: number): boolean {
  // A character makes at most two nodes.
  if (text.length * 2 < limit) return false
  const stack: [value: unknown, depth: number][] = [[root, 0]]
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const [value, above] = next
    if (typeof value !== 'object' || value === null) continue
    const depth = Array.isArray(value) ? above : above + 1
    if (depth > limit) return true
    for (const child of Object.values(value)) stack.push([child, depth])
  }
  return false
}

/**
 * Factor on the stack limit of an expression with array or object constructors: JSONata evaluates their members
 * concurrently and counts them as if they were nested. The default limit becomes 10,000; at 12,000 a recursive `$map`
 * exhausts Node's own stack.
 */
export const CONCURRENT_PARTS_PER_LEVEL = 16

/** Whether any node has members that the interpreter evaluates concurrently. */
export function hasConcurrentParts(root: Node): boolean {
  for (const { type, value, group } of walkNodes(root)) {
    if (group !== undefined || (type === 'unary' && (value === '[' || value === '{'))) return true
  }
  return false
}

export const isProblem = (result: Parsed | Problem): result is Problem => 'span' in result

function toProblem(error: unknown, text: string): Problem {
  const { code, position, token, value } = error as jsonata.JsonataError & { value?: unknown }
  if (error instanceof RangeError) return toTooDeep(text)
  // JavaScript rejects an invalid regular expression with a plain SyntaxError.
  if (typeof code !== 'string') {
    return { code: 'regex', message: 'a regular expression is not valid', span: [0, text.length] }
  }
  const word = typeof token === 'string' ? token : undefined
  const message = explainError({ code, ...(word === undefined ? {} : { token: word }), expected: String(value ?? '') })
  const span = findSpan(text, position, word)
  return { code, message, ...findHelp(code, text, span), span }
}

const toTooDeep = (text: string): Problem => ({
  code: 'too-deep',
  message: 'the expression is too long, or nested too deeply',
  help: 'bind parts of it to names first: ($part := …; …)',
  span: [0, text.length],
})

const toExcessiveCopy = (text: string, at: number): Problem => ({
  code: 'too-deep',
  message: `the left side of ${text.slice(at, at + 2)} is too large: JSONata reads it twice, and what is nested in it four times and more`,
  help: 'leave out the brackets (a ?? b ?? c), or bind the left side to a name first: ($left := …; $left ?? c)',
  span: [at, at + 2],
})

const HELP: Readonly<Record<string, string>> = {
  S0101: 'close it with the same quote',
  S0105: 'close it with `',
  S0201: `an operator is missing before it, or the quotes around a string, for YAML and for the expression: '"…"'`,
  S0203: 'a bracket was opened and not closed',
  S0204: 'to negate, write $not(…)',
  S0207: 'an operator has nothing on its right',
  S0302: 'within [ ] of a regular expression, brackets are written with a backslash',
  S0213: 'quote a name that looks like a number: `123`',
}

function findHelp(code: string, text: string, span: Problem['span']): { help?: string } {
  const help = explainForeign(text, span) ?? HELP[code]
  return help === undefined ? {} : { help }
}

/** JSONata reports the offset after the offending token. */
function findSpan(text: string, position: number, token: string | undefined): readonly [number, number] {
  const end = Math.min(Math.max(position, 1), Math.max(text.length, 1))
  const length = token !== undefined && text.slice(0, end).endsWith(token) ? token.length : 1
  return [end - length, end]
}
