/** Text to syntax tree, or what is wrong with it. */
import jsonata from 'jsonata'
import { type Node, nodes } from './compiler/ast.ts'
import { explain } from './jsonata-errors.ts'

/** What one evaluation may take. */
export interface Limits {
  /** Nodes of the syntax tree evaluated: counted, not timed, so that it ends the same way on every machine. */
  readonly steps: number
  /** How deep evaluation may nest. */
  readonly stack: number
  /** Items of one list made on the way. */
  readonly sequence: number
  /** Characters of the result, as JSON, about. */
  readonly output: number
}

/** Wide enough for a page of 150 full records, narrow enough that a runaway recursion ends within seconds. */
export const defaultLimits: Limits = { steps: 1_000_000, stack: 625, sequence: 200_000, output: 64_000_000 }

/** Something wrong within an expression. Offsets are into its text. */
export interface Problem {
  /** Stable, after the slash: `S0202`, `unknown-function`. */
  readonly code: string
  readonly message: string
  readonly help?: string
  readonly span: readonly [start: number, end: number]
}

/** Where an expression stands. */
export interface Origin {
  /** `file:line:column` of its first character. */
  readonly place: string
  /** `file:line:column` of an offset into its text, where that is known. */
  at?(offset: number): string
}

export interface Parsed {
  readonly text: string
  readonly root: Node
  readonly engine: jsonata.Expression
  readonly limits: Limits
}

export function parse(text: string, limits: Limits = defaultLimits): Parsed | Problem {
  try {
    // JSONata's own timeout reads the wall clock, which also counts what else this process did meanwhile.
    const options = { stack: limits.stack, sequence: limits.sequence }
    const engine = jsonata(text, options)
    const root = engine.ast() as Node
    if (isWide(root)) options.stack *= BESIDE_PER_LEVEL
    return { text, root, engine, limits }
  } catch (error) {
    return problemOf(error, text)
  }
}

/**
 * Parts of a list or an object are evaluated side by side, and JSONata counts them as if they were in one another.
 * With the default limit that makes 10,000: at 12,000 a `$map` that calls itself meets the end of Node's own stack.
 */
export const BESIDE_PER_LEVEL = 16

/** Whether there is something in it whose parts are evaluated side by side. */
export function isWide(root: Node): boolean {
  for (const { type, value, group } of nodes(root)) {
    if (group !== undefined || (type === 'unary' && (value === '[' || value === '{'))) return true
  }
  return false
}

export const isProblem = (result: Parsed | Problem): result is Problem => 'span' in result

function problemOf(error: unknown, text: string): Problem {
  const { code, position, token, value } = error as jsonata.JsonataError & { value?: unknown }
  if (error instanceof RangeError) {
    return { code: 'too-deep', message: 'the expression is too long, or nested too deeply', span: [0, text.length] }
  }
  // A regular expression the engine of JavaScript refuses is a plain SyntaxError.
  if (typeof code !== 'string') {
    return { code: 'regex', message: 'a regular expression is not valid', span: [0, text.length] }
  }
  const word = typeof token === 'string' ? token : undefined
  const message = explain({ code, ...(word === undefined ? {} : { token: word }), expected: String(value ?? '') })
  const place = span(text, position, word)
  return { code, message, ...help(code, text, place), span: place }
}

const helps: Readonly<Record<string, string>> = {
  S0101: 'close it with the same quote',
  S0105: 'close it with `',
  S0201: `an operator is missing before it, or the quotes round a text, for YAML and for the expression: '"…"'`,
  S0203: 'a bracket was opened and not closed',
  S0204: 'to negate, write $not(…)',
  S0207: 'an operator has nothing on its right',
  S0302: 'within [ ] of a regular expression, brackets are written with a backslash',
  S0213: 'quote a name that looks like a number: `123`',
}

/** What other languages write, and JSONata does not. */
const habits: Readonly<Record<string, string>> = {
  '==': 'equality is written with one =',
  '&&': 'write and',
  '||': 'write or',
  '=>': 'write function($x) { … }',
  '{{': 'an expression is written as it is, without {{ }}',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is what people write
  '${': 'an expression is written as it is, without ${ }',
  '“': 'texts stand in straight quotes: "…"',
  '‘': "texts stand in straight quotes: '…'",
}

function help(code: string, text: string, [start, end]: Problem['span']): { help?: string } {
  const around = text.slice(Math.max(0, start - 1), end + 1)
  const habit = Object.keys(habits).find((each) => around.includes(each) || text.startsWith(each))
  const found = habit === undefined ? helps[code] : habits[habit]
  return found === undefined ? {} : { help: found }
}

/** JSONata gives the offset after the offending word. */
function span(text: string, position: number, token: string | undefined): readonly [number, number] {
  const end = Math.min(Math.max(position, 1), Math.max(text.length, 1))
  const length = token !== undefined && text.slice(0, end).endsWith(token) ? token.length : 1
  return [end - length, end]
}
