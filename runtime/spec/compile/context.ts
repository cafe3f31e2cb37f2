/** State shared by every step of compiling a spec: diagnostics, known names and fields, parsed expressions. */
import type { Expression, Linker, Origin } from '../../expression/expression.ts'
import type { FunctionTable } from '../../expression/functions.ts'
import { isProblem, type Parsed, type Problem, parseExpression } from '../../expression/parse.ts'
import type { KnownFields } from '../check/known-fields.ts'
import type { Trial } from '../check/trial-run.ts'
import type { Diagnostic } from '../diagnostic.ts'
import type { Lock } from '../extends/lock.ts'
import type { SharedFiles } from '../shared-files.ts'
import type { Path } from '../yaml.ts'

/** By the place of an expression: the paths of the declared fields that it reads, such as `conversation.title`. */
export type FieldReads = ReadonlyMap<string, ReadonlySet<string>>

/** An expression and its place in a file. */
export interface PlacedExpression {
  readonly file: string
  /** Keys and list positions that lead to it. */
  readonly path: Path
  readonly expression: Expression
  /** Absent: only the place of its first character is known. */
  readonly origin?: Origin
}

export class CompileContext {
  readonly functions: FunctionTable
  readonly diagnostics: Diagnostic[] = []
  /** Every variable bound anywhere in a spec; a lookup adds its name. */
  readonly variables = new Set([
    'part',
    'notification',
    'workspace',
    'cursor',
    'pageSize',
    'since',
    'until',
    'key',
    'ids',
    'query',
    'headers',
    'links',
  ])

  /** Of these variables, those of lookups that properties see. */
  lookups: readonly string[] = []

  /** Fields of resources and lookups. Set before the first expression is compiled. */
  fields: KnownFields = { shapes: new Map(), lists: new Set() }

  /** The base when its changes were last accepted. Set before the first file is merged with that of the base. */
  lock: Lock | undefined = undefined

  /** Each expression without a syntax error, in the order of compilation. */
  readonly expressions: PlacedExpression[] = []
  /** Those whose input is declared. */
  readonly trials: Trial[] = []
  readonly #reads = new Map<string, Set<string>>()
  readonly #link: Linker
  readonly #shared: SharedFiles | undefined
  readonly #parsed = new Map<string, Parsed | Problem>()

  constructor(functions: FunctionTable, link: Linker, shared?: SharedFiles) {
    this.functions = functions
    this.#link = link
    this.#shared = shared
  }

  get reads(): FieldReads {
    return this.#reads
  }

  /** An expression of a property set reads the fields of every resource that includes it. */
  addReads(place: string, paths: readonly string[]): void {
    const known = this.#reads.get(place)
    if (known === undefined) this.#reads.set(place, new Set(paths))
    else for (const path of paths) known.add(path)
  }

  get failed(): boolean {
    return this.diagnostics.some(({ severity }) => severity === 'error')
  }

  /** What `run` reports, instead of reporting it. */
  capture(run: () => void): readonly Diagnostic[] {
    const before = this.diagnostics.length
    run()
    return this.diagnostics.splice(before)
  }

  /** Parses each text once: many properties of many files read the same path, and parsing is most of a load. */
  parse(text: string): Parsed | Problem {
    const shared = this.#shared
    const own = shared === undefined || shared.isFull ? this.#parsed : shared.parsed
    const parsed = own.get(text) ?? shared?.parsed.get(text) ?? parseExpression(text)
    own.set(text, parsed)
    return parsed
  }

  link(parsed: Parsed, { file, path }: Pick<PlacedExpression, 'file' | 'path'>, origin: Origin): Expression {
    const expression = this.#link(parsed, origin)
    this.expressions.push({ file, path, expression, origin })
    return expression
  }

  /** A constant text as an expression. */
  linkText(value: string, at: Pick<PlacedExpression, 'file' | 'path'>, origin: Origin): Expression {
    const literal = this.parse(JSON.stringify(value))
    if (isProblem(literal)) throw new TypeError('a JSON string is a JSONata string')
    return this.link(literal, at, origin)
  }
}
