/** What can be said about an expression before it ever runs. JSONata turns a typo into silence; this does not. */
import { builtins, volatile } from './builtins.ts'
import { type Arity, arity, type FunctionTable } from './functions.ts'
import { nearest, suggest } from './nearest.ts'
import type { Parsed, Problem } from './parse.ts'
import { type Reference, references } from './references.ts'

export interface CheckOptions {
  readonly functions: FunctionTable
  /** Names that will be bound. */
  readonly variables: Iterable<string>
  /** Why `$now`, `$millis`, `$random` and `$shuffle` are refused here. Absent: they are not. */
  readonly stable?: string
}

export function check(parsed: Parsed, options: CheckOptions): readonly Problem[] {
  const own = options.functions.map(({ name, signature }) => [name, signature] as const)
  const signatures = new Map([...Object.entries(builtins), ...own])
  const variables = new Set(options.variables)
  return references(parsed.root).flatMap((reference) => {
    const problem = judge(reference, signatures, variables, options)
    const start = reference.end - reference.name.length - (reference.kind === 'bare' ? 0 : 1)
    return problem === undefined ? [] : [{ ...problem, span: [start, reference.end] as const }]
  })
}

type Complaint = Omit<Problem, 'span'>
type Signatures = ReadonlyMap<string, string>

function judge(
  { kind, name, args }: Reference,
  signatures: Signatures,
  variables: ReadonlySet<string>,
  { stable }: CheckOptions,
): Complaint | undefined {
  const signature = signatures.get(name)
  if (kind === 'bare') return withoutDollar(name, signatures)
  if (name === 'eval') {
    return { code: 'eval', message: '$eval is switched off', help: 'write the expression itself' }
  }
  if (stable !== undefined && volatile.has(name)) {
    return { code: 'volatile', message: `$${name} gives another answer each time`, help: stable }
  }
  if (signature === undefined) return variables.has(name) ? undefined : unknown(kind, name, signatures, variables)
  if (kind === 'partial' && !Object.hasOwn(builtins, name)) {
    return { code: 'partial', message: `$${name} cannot be applied in part`, help: 'write function($x) { … } instead' }
  }
  return kind === 'call' ? miscounted(name, args, arity(signature)) : undefined
}

const dollar = (name: string): string => `"$${name}"`

function withoutDollar(name: string, signatures: Signatures): Complaint {
  const [closest] = nearest(name, signatures.keys())
  const help = closest === undefined ? {} : { help: `did you mean ${dollar(closest)}?` }
  return { code: 'unknown-function', message: `"${name}" is called without a $`, ...help }
}

function unknown(
  kind: Reference['kind'],
  name: string,
  signatures: Signatures,
  variables: ReadonlySet<string>,
): Complaint {
  if (kind === 'variable') {
    const near = nearest(name, [...variables, ...signatures.keys()])
    const help = near.length > 0 ? suggest(name, near, dollar) : suggest(name, variables, dollar)
    return { code: 'unknown-variable', message: `unknown variable ${dollar(name)}`, ...(help ? { help } : {}) }
  }
  const near = nearest(name, signatures.keys())
  const help = near.length > 0 ? suggest(name, near, dollar) : 'the functions are listed in docs/reference/functions.md'
  return { code: 'unknown-function', message: `unknown function ${dollar(name)}`, help }
}

function miscounted(name: string, args: number, { min, max }: Arity): Complaint | undefined {
  if (args >= min && args <= max) return undefined
  const takes = max === Number.POSITIVE_INFINITY ? `at least ${min}` : min === max ? `${min}` : `${min} to ${max}`
  const plural = takes === '1' ? 'argument' : 'arguments'
  return { code: 'arguments', message: `$${name} takes ${takes} ${plural}, and is given ${args}` }
}
