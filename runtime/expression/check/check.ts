/** What can be said about an expression before it ever runs. JSONata turns a typo into silence; this does not. */
import { type Node, nodes } from '../compiler/ast.ts'
import { builtins, volatile } from '../compiler/runtime/functions/builtins.ts'
import { joinWords, nearestWords, suggest } from '../did-you-mean.ts'
import { type Arity, arity, type FunctionTable } from '../functions.ts'
import type { Parsed, Problem } from '../parse.ts'
import { regexProblems } from './check-regex.ts'
import { type Reference, references } from './references.ts'

export interface CheckOptions {
  readonly functions: FunctionTable
  /** Names that will be bound. */
  readonly variables: Iterable<string>
  /** Names that are bound in other places, to tell a misplaced one from a misspelt one. */
  readonly elsewhere?: Iterable<string>
  /** Why `$now`, `$millis`, `$random` and `$shuffle` are refused here. Absent: they are not. */
  readonly stable?: string
}

type Complaint = Omit<Problem, 'span'>

/** The options, ready to be looked things up in. */
interface Names {
  readonly signatures: ReadonlyMap<string, string>
  readonly variables: ReadonlySet<string>
  readonly elsewhere: ReadonlySet<string>
  readonly stable: string | undefined
}

export function check(parsed: Parsed, options: CheckOptions): readonly Problem[] {
  const names: Names = {
    signatures: signaturesOf(options.functions),
    variables: new Set(options.variables),
    elsewhere: new Set(options.elsewhere),
    stable: options.stable,
  }
  const named = references(parsed.root).flatMap((reference) => {
    const problem = judge(reference, names)
    const start = reference.end - reference.name.length - (reference.kind === 'bare' ? 0 : 1)
    return problem === undefined ? [] : [{ ...problem, span: [start, reference.end] as const }]
  })
  return [...named, ...curlyQuotes(parsed), ...addedTexts(parsed), ...regexProblems(parsed)]
}

/** One table serves all expressions of a spec. */
const signatures = new WeakMap<FunctionTable, ReadonlyMap<string, string>>()

function signaturesOf(functions: FunctionTable): ReadonlyMap<string, string> {
  const known = signatures.get(functions)
  if (known !== undefined) return known
  const own = functions.map(({ name, signature }) => [name, signature] as const)
  const all = new Map([...Object.entries(builtins), ...own])
  signatures.set(functions, all)
  return all
}

function judge({ kind, name, args }: Reference, names: Names): Complaint | undefined {
  const signature = names.signatures.get(name)
  if (kind === 'bare') return withoutDollar(name, names)
  if (name === 'eval') return { code: 'eval', message: '$eval is switched off', help: 'write the expression itself' }
  if (names.stable !== undefined && volatile.has(name)) {
    return { code: 'volatile', message: `$${name} gives another answer each time`, help: names.stable }
  }
  if (signature === undefined) {
    if (names.variables.has(name)) return undefined
    return kind === 'call' || kind === 'partial' ? unknownFunction(name, names) : unknownVariable(name, names)
  }
  if (kind === 'variable') {
    const help = `call it: $${name}(…)`
    return { code: 'uncalled', message: `$${name} is a function, and is not called`, help }
  }
  if (kind === 'partial' && !Object.hasOwn(builtins, name)) {
    return { code: 'partial', message: `$${name} cannot be applied in part`, help: 'write function($x) { … } instead' }
  }
  return kind === 'call' ? miscounted(name, args, arity(signature)) : undefined
}

/** JSONata takes `“open”` for the name of a field, which no record has. */
function curlyQuotes({ root, text }: Parsed): readonly Problem[] {
  if (!/[“”„‘’]/.test(text)) return []
  const names = [...nodes(root)].filter(({ type, value }) => type === 'name' && /^[“”„‘’]|[“”‘’]$/.test(String(value)))
  return names.flatMap(({ value, position }) => {
    const end = Number(position)
    if (text[end - 1] === '`') return [] // meant as it is
    const message = `${value} is taken for the name of a field`
    const help = `texts stand in straight quotes: "…" or '…'`
    return [{ code: 'curly-quotes', message, help, span: [end - String(value).length, end] as const }]
  })
}

/** Every record would fail of it, at run time. */
function addedTexts({ root, text }: Parsed): readonly Problem[] {
  if (!text.includes('+')) return []
  const sums = [...nodes(root)].filter(({ type, value }) => type === 'binary' && value === '+')
  const wrong = sums.filter(({ lhs, rhs }) => [lhs, rhs].some((side) => (side as Node).type === 'string'))
  return wrong.map(({ position }) => {
    const end = Number(position)
    return {
      code: 'string-addition',
      message: '+ adds numbers',
      help: 'texts are joined by &',
      span: [end - 1, end] as const,
    }
  })
}

const dollar = (name: string): string => `"$${name}"`

function withoutDollar(name: string, { signatures }: Names): Complaint {
  const [closest] = nearestWords(name, signatures.keys())
  const help = closest === undefined ? {} : { help: `did you mean ${dollar(closest)}?` }
  return { code: 'unknown-function', message: `"${name}" is called without a $`, ...help }
}

function unknownVariable(name: string, { variables, elsewhere, signatures }: Names): Complaint {
  const here = variables.size === 0 ? 'nothing is bound here' : `bound here: ${joinWords([...variables])}`
  if (elsewhere.has(name)) {
    return { code: 'misplaced-variable', message: `${dollar(name)} is not bound here`, help: here }
  }
  const near = nearestWords(name, [...variables, ...signatures.keys()])
  const help = near.length > 0 ? suggest(name, near, dollar) : `${here}; a field of the record is written without $`
  return { code: 'unknown-variable', message: `unknown variable ${dollar(name)}`, help }
}

function unknownFunction(name: string, { signatures }: Names): Complaint {
  const near = nearestWords(name, signatures.keys())
  const help = near.length > 0 ? suggest(name, near, dollar) : 'the functions are listed in docs/reference/functions.md'
  return { code: 'unknown-function', message: `unknown function ${dollar(name)}`, help }
}

function miscounted(name: string, args: number, { min, max }: Arity): Complaint | undefined {
  if (args >= min && args <= max) return undefined
  const takes = max === Number.POSITIVE_INFINITY ? `at least ${min}` : min === max ? `${min}` : `${min} to ${max}`
  const plural = takes === '1' ? 'argument' : 'arguments'
  return { code: 'arguments', message: `$${name} takes ${takes} ${plural}, and is given ${args}` }
}
