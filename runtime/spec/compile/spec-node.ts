/** One place in a file of the spec. Reads and compiles the value there, and reports errors in it. */
import { checkExpression } from '../../expression/check/check.ts'
import { followFields } from '../../expression/check/fields.ts'
import type { KnownShape } from '../../expression/check/shape.ts'
import { CONSTANT, createRecord, type Value } from '../../expression/check/value.ts'
import type { Expression } from '../../expression/expression.ts'
import { isProblem, type Parsed } from '../../expression/parse.ts'
import type { Absences } from '../check/absences.ts'
import { describeUnknownField, getVariable } from '../check/known-fields.ts'
import { CUT_BY_COMMENT, findCutAfter } from '../comment-cuts.ts'
import type { Diagnostic, DiagnosticText } from '../diagnostic.ts'
import type { FileSpan, Path, PlacedText, PlacedYaml, Span } from '../yaml.ts'
import type { CompileContext } from './context.ts'

/** Variables an expression may use, and the declared shape of its input. */
export interface Scope {
  readonly variables: Iterable<string>
  /** The help text for functions whose result varies between calls, which are errors here. Absent: they are allowed. */
  readonly volatileHelp?: string
  readonly input?: KnownShape
  readonly part?: Value | undefined
  /** Records of several resources are read: an alternative for another one is no unknown field. */
  readonly isShared?: boolean
  /** What some of its records lack: a read of it that no condition guards is a warning. */
  readonly absences?: Absences
  /** Of a key: what else than the defaults `$notification` may have, and unknown fields as errors. */
  readonly key?: { readonly notification: Value }
}

export interface CompiledExpression {
  readonly expression: Expression
  /** Its result, as far as known. */
  readonly result: Value
}

const NO_VARIABLES: Scope = { variables: [] }

export class SpecNode {
  readonly context: CompileContext
  readonly path: Path
  readonly #yaml: PlacedYaml

  constructor(yaml: PlacedYaml, context: CompileContext, path: Path = []) {
    this.#yaml = yaml
    this.context = context
    this.path = path
  }

  at(...steps: Path): SpecNode {
    return new SpecNode(this.#yaml, this.context, [...this.path, ...steps])
  }

  /** Path of the file that holds the value. */
  get file(): string {
    return this.span.file.path
  }

  /** The value; the nearest value around it if it is absent. */
  get span(): FileSpan {
    return this.#yaml.span(this.path)
  }

  get keySpan(): FileSpan {
    return this.#yaml.keySpan(this.path)
  }

  /** `path:line:column` of the value. */
  get place(): string {
    const { file, span } = this.span
    return file.place(span[0])
  }

  /** Whether a base holds it. That the spec does not use it is then no mistake. */
  get isOfBase(): boolean {
    return this.keySpan.file.base !== undefined
  }

  /** Whether this is a `~` that removes a value of the base. */
  get removesFromBase(): boolean {
    return this.#yaml.removes(this.path)
  }

  text(): PlacedText {
    return this.#yaml.text(this.path)
  }

  error(text: DiagnosticText, span = this.span): void {
    this.#report('error', text, span)
  }

  warn(text: DiagnosticText, span = this.span): void {
    this.#report('warning', text, span)
  }

  #report(severity: Diagnostic['severity'], { help, ...text }: DiagnosticText, place: FileSpan): void {
    this.context.diagnostics.push({ severity, ...place, ...text, ...(help && { help }) })
  }

  expression(scope: Scope = NO_VARIABLES): Expression {
    return this.compile(scope).expression
  }

  /** Returns a placeholder for an expression that does not parse: a spec with errors never runs. */
  compile(scope: Scope): CompiledExpression {
    const { context } = this
    const text = this.text()
    const parsed = context.parse(text.value)
    const problems = isProblem(parsed)
      ? [parsed]
      : checkExpression(parsed, {
          ...scope,
          elsewhere: context.variables,
          lookups: context.lookups,
          functions: context.functions,
        })
    const hash = isProblem(parsed) ? findCutAfter(text.at(text.value.length), parsed.code, text.file.text) : undefined
    if (hash !== undefined) this.error(CUT_BY_COMMENT, { file: text.file, span: [hash, hash + 1] })
    else
      for (const { code, span, ...words } of problems) {
        this.error({ code: `expression/${code}`, ...words }, spanInFile(span, text))
      }
    if (isProblem(parsed)) return { expression: this.#createPlaceholder(text), result: CONSTANT }
    const at = (offset: number) => text.file.place(text.at(offset))
    const expression = context.link(parsed, this, { place: at(0), at })
    // An unknown name would be reported as an unknown field, too.
    return { expression, result: problems.length > 0 ? CONSTANT : this.#checkFields(parsed, expression, scope) }
  }

  /** The result of an expression that is compiled already, in another scope. */
  check(expression: Expression, scope: Scope): Value {
    const parsed = this.context.parse(expression.text)
    return isProblem(parsed) ? CONSTANT : this.#checkFields(parsed, expression, scope)
  }

  #createPlaceholder(text: PlacedText): Expression {
    const place = text.file.place(text.at(0))
    return { text: text.value, place, variables: new Set<string>(), evaluate: async () => undefined }
  }

  /** Reports unknown fields, and what contradicts their types. */
  #checkFields(parsed: Parsed, expression: Expression, scope: Scope): Value {
    const { variables, input, part, key, absences } = scope
    const { fields, trials, functions } = this.context
    const text = this.text()
    const bound = [...variables].map((name) => {
      const isOfKey = key !== undefined && name === 'notification'
      return [name, isOfKey ? key.notification : getVariable(name, fields, part)] as const
    })
    const { result, unknownFields, problems, reads } = followFields(
      parsed,
      createRecord(input),
      new Map(bound),
      functions,
    )
    const paths = reads.map(({ path }) => path)
    this.context.addReads(expression.place, paths)
    const isClean = unknownFields.length === 0 && problems.length === 0
    if (input !== undefined && isClean)
      trials.push({ expression, input, variables: new Map(bound), warn: (words) => this.warn(words) })
    for (const { code, span, ...words } of problems) {
      this.warn({ code: `expression/${code}`, ...words }, spanInFile(span, text))
    }
    for (const field of unknownFields.filter(({ isGuarded }) => !(scope.isShared && isGuarded))) {
      const description = describeUnknownField(field, fields, {
        isInKey: key !== undefined,
        bound: new Map(bound),
        elsewhere: this.context.lookups,
        input,
        text: text.value,
      })
      this.#report(key === undefined ? 'warning' : 'error', description, spanInFile(field.span, text))
    }
    for (const [path, words] of absences ?? []) {
      const read = reads.find((each) => each.path === path && !each.isGuarded)
      if (read) this.warn(words, spanInFile(read.span, text))
    }
    return result
  }

  /** Reports an error within the expression. `span`: offsets into it; absent, all of it. */
  errorWithin(description: DiagnosticText, span: Span | undefined): void {
    const text = this.text()
    this.error(description, spanInFile(span ?? [0, text.value.length], text))
  }

  /** As `errorWithin`, a warning. */
  warnWithin(description: DiagnosticText, span: Span): void {
    this.warn(description, spanInFile(span, this.text()))
  }
}

/** From offsets in an expression to offsets in its file. */
function spanInFile([start, end]: Span, text: PlacedText): FileSpan {
  return { file: text.file, span: [text.at(start), text.at(Math.max(start, end - 1)) + 1] }
}
