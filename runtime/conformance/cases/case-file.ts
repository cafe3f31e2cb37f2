/** A case file that conforms to its schema, and the diagnostics of what no schema can say. */
import type { Diagnostic, DiagnosticText } from '../../spec/diagnostic.ts'
import type { Cases } from '../../spec/generated/documents.ts'
import { validateAgainstSchema } from '../../spec/schema.ts'
import { SourceFile } from '../../spec/source-file.ts'
import { type Path, YamlFile } from '../../spec/yaml.ts'
import type { CasePlace } from '../types.ts'

export interface CaseText {
  /** As it is printed; fixtures are read relative to it. */
  readonly path: string
  readonly text: string
}

export class CaseFile {
  readonly yaml: YamlFile
  /** Undefined if the file does not conform. */
  readonly document: Cases | undefined
  /** Errors. */
  readonly diagnostics: Diagnostic[]
  readonly warnings: Diagnostic[] = []

  constructor({ path, text }: CaseText) {
    this.yaml = new YamlFile(new SourceFile(path, text))
    const { document, errors } = validateAgainstSchema('cases', this.yaml)
    this.document = document
    this.diagnostics = [...errors]
  }

  get path(): string {
    return this.yaml.file.path
  }

  /** Reports an error at a value, or at the key of its path. */
  error(path: Path, text: DiagnosticText, at: 'value' | 'key' = 'value'): void {
    const place = at === 'value' ? this.yaml.span(path) : this.yaml.keySpan(path)
    this.diagnostics.push({ severity: 'error', ...text, ...place })
  }

  /** Reports what may be right, at the key of its path. */
  warn(path: Path, text: DiagnosticText): void {
    this.warnings.push({ severity: 'warning', ...text, ...this.yaml.keySpan(path) })
  }

  place(path: Path): CasePlace {
    const { file, span } = this.yaml.span(path)
    return { file: file.path, ...file.position(span[0]) }
  }
}
