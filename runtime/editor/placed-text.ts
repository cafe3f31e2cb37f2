/** The text at a place of a file, with the scope of the expression that it is. */
import type { SpecModel } from './model.ts'
import type { EditorScope } from './probe.ts'
import { type EditorFile, findScope } from './scope.ts'
import { findRestOfLine, findTypedText, type TypedText } from './typed-text.ts'

export interface PlacedText {
  readonly typed: TypedText
  /** Absent: it is no expression. */
  readonly scope?: EditorScope | undefined
}

/** Undefined where no value stands. */
export function findPlacedText(file: EditorFile, offset: number, model: SpecModel): PlacedText | undefined {
  const place = (typed: TypedText | undefined): PlacedText | undefined =>
    typed && !typed.isKey ? { typed, scope: findScope(typed.path, file, model) } : undefined
  const placed = place(findTypedText(file.text, offset))
  if (placed?.scope !== undefined) return placed
  const rest = place(findRestOfLine(file.text, offset))
  return rest?.scope === undefined ? placed : rest
}
