/** What every step of compiling a spec shares: where to complain, and how a text becomes an expression. */
import { check } from '../expression/check.ts'
import { link } from '../expression/compile.ts'
import type { Expression } from '../expression/expression.ts'
import type { FunctionTable } from '../expression/functions.ts'
import { isProblem, parse } from '../expression/parse.ts'
import type { Diagnostic } from './diagnostic.ts'
import type { Path, Span, YamlFile } from './yaml.ts'

/** What an expression at a place may name. */
export interface Scope {
  readonly variables: Iterable<string>
  /** Why answers that change from call to call are refused here. Absent: they are not. */
  readonly stable?: string
}

export interface Complaint {
  readonly code: string
  readonly message: string
  readonly help?: string
}

export class Context {
  readonly functions: FunctionTable
  readonly diagnostics: Diagnostic[] = []
  /** Every name that is bound in some place or other. */
  readonly names = new Set(['part', 'notification', 'workspace', 'cursor', 'pageSize', 'since', 'until', 'key', 'ids'])

  constructor(functions: FunctionTable) {
    this.functions = functions
  }

  get failed(): boolean {
    return this.diagnostics.some(({ severity }) => severity === 'error')
  }

  error(yaml: YamlFile, span: Span, complaint: Complaint): void {
    this.diagnostics.push({ severity: 'error', file: yaml.file, span, ...tidy(complaint) })
  }

  warn(yaml: YamlFile, span: Span, complaint: Complaint): void {
    this.diagnostics.push({ severity: 'warning', file: yaml.file, span, ...tidy(complaint) })
  }

  /** The expression at a path, checked. After a complaint it is one that is never run, since there is no spec then. */
  expression(yaml: YamlFile, path: Path, scope: Scope): Expression {
    const text = yaml.text(path)
    const parsed = parse(text.value)
    const problems = isProblem(parsed)
      ? [parsed]
      : check(parsed, { ...scope, elsewhere: this.names, functions: this.functions })
    for (const { code, message, help, span } of problems) {
      const last = text.at(Math.max(span[0], span[1] - 1))
      const place = [text.at(span[0]), last + 1] as const
      this.error(yaml, place, { code: `expression/${code}`, message, ...(help === undefined ? {} : { help }) })
    }
    const place = yaml.file.place(text.at(0))
    if (isProblem(parsed)) return { text: text.value, place, variables: new Set(), evaluate: async () => undefined }
    return link(parsed, { place, at: (offset) => yaml.file.place(text.at(offset)) }, this.functions)
  }
}

/** Help that would say nothing is left out. */
function tidy({ help, ...rest }: Complaint): Complaint {
  return help ? { ...rest, help } : rest
}
