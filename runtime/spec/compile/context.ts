/** What every step of compiling a spec shares: where to complain, and how a text becomes an expression. */
import { check } from '../../expression/check/check.ts'
import type { Linker } from '../../expression/check/check-only.ts'
import { findUnknownFields } from '../../expression/check/fields.ts'
import type { KnownShape } from '../../expression/check/shape.ts'
import type { Expression } from '../../expression/expression.ts'
import type { FunctionTable } from '../../expression/functions.ts'
import { isProblem, type Origin, type Parsed, type Problem, parse } from '../../expression/parse.ts'
import { type KnownFields, shapeOfVariable, unknownField } from '../check/known-fields.ts'
import type { Diagnostic } from '../diagnostic.ts'
import type { Path, PlacedText, Span, YamlFile } from '../yaml.ts'

/** What an expression at a place may name. */
export interface Scope {
  readonly variables: Iterable<string>
  /** Why answers that change from call to call are refused here. Absent: they are not. */
  readonly stable?: string
  /** What it is asked of, and what `$part` is, as far as that is known. */
  readonly of?: KnownShape
  readonly part?: KnownShape
}

/** An expression, and what is known of what it gives. */
export interface Read {
  readonly expression: Expression
  readonly gives: KnownShape
}

/** An expression and where in a file it stands. */
export interface PlacedExpression {
  readonly file: string
  /** Keys and positions that lead to it. */
  readonly path: Path
  readonly expression: Expression
}

export interface DiagnosticText {
  readonly code: string
  readonly message: string
  readonly help?: string
}

export class Context {
  readonly functions: FunctionTable
  readonly diagnostics: Diagnostic[] = []
  /** Every name that is bound in some place or other. */
  readonly names = new Set(['part', 'notification', 'workspace', 'cursor', 'pageSize', 'since', 'until', 'key', 'ids'])

  /** What resources and lookups are known to hold. Set before the first expression is read. */
  fields: KnownFields = { shapes: new Map() }

  /** Each expression that is right, in the order they were read. */
  readonly expressions: PlacedExpression[] = []
  readonly #link: Linker
  readonly #parsed = new Map<string, Parsed | Problem>()

  constructor(functions: FunctionTable, link: Linker) {
    this.functions = functions
    this.#link = link
  }

  get failed(): boolean {
    return this.diagnostics.some(({ severity }) => severity === 'error')
  }

  error(yaml: YamlFile, span: Span, complaint: DiagnosticText): void {
    this.diagnostics.push({ severity: 'error', file: yaml.file, span, ...tidy(complaint) })
  }

  warn(yaml: YamlFile, span: Span, complaint: DiagnosticText): void {
    this.diagnostics.push({ severity: 'warning', file: yaml.file, span, ...tidy(complaint) })
  }

  /** The expression at a path, checked. After a complaint it is one that is never run, since there is no spec then. */
  expression(yaml: YamlFile, path: Path, scope: Scope): Expression {
    return this.read(yaml, path, scope).expression
  }

  /** The same, with what is known of its result. */
  read(yaml: YamlFile, path: Path, scope: Scope): Read {
    const text = yaml.text(path)
    const parsed = this.parse(text.value)
    const problems = isProblem(parsed)
      ? [parsed]
      : check(parsed, { ...scope, elsewhere: this.names, functions: this.functions })
    for (const { code, span, ...words } of problems) {
      this.error(yaml, placed(span, text), { code: `expression/${code}`, ...words })
    }
    const origin = { place: yaml.file.place(text.at(0)), at: (offset: number) => yaml.file.place(text.at(offset)) }
    if (isProblem(parsed)) {
      const expression = {
        text: text.value,
        place: origin.place,
        variables: new Set<string>(),
        evaluate: async () => undefined,
      }
      return { expression, gives: undefined }
    }
    const expression = this.link(parsed, yaml, path, origin)
    // What is wrong already would be called an unknown field, too.
    return { expression, gives: problems.length > 0 ? undefined : this.#follow(parsed, text, yaml, scope) }
  }

  /** Each text once: many properties of many files are read off the same path, and parsing is most of a load. */
  parse(text: string): Parsed | Problem {
    const parsed = this.#parsed.get(text) ?? parse(text)
    this.#parsed.set(text, parsed)
    return parsed
  }

  /** A parsed text that stands at a path. */
  link(parsed: Parsed, { file }: YamlFile, path: Path, origin: Origin): Expression {
    const expression = this.#link(parsed, origin)
    this.expressions.push({ file: file.path, path, expression })
    return expression
  }

  /** Warns of fields that are not there. */
  #follow(parsed: Parsed, text: PlacedText, yaml: YamlFile, { variables, of, part }: Scope): KnownShape {
    const bound = [...variables].map((name) => [name, shapeOfVariable(name, this.fields, part)] as const)
    const { result, unknown } = findUnknownFields(parsed, of, new Map(bound))
    for (const field of unknown) this.warn(yaml, placed(field.span, text), unknownField(field, this.fields))
    return result
  }
}

/** From offsets into an expression to those into its file. */
function placed([start, end]: Span, text: PlacedText): Span {
  return [text.at(start), text.at(Math.max(start, end - 1)) + 1]
}

/** Help that would say nothing is left out. */
function tidy({ help, ...rest }: DiagnosticText): DiagnosticText {
  return help ? { ...rest, help } : rest
}
