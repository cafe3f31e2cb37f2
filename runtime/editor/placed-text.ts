/** The text at a place of a file, with the scope of the expression that it is. */
import { findSchema } from '../spec/schema.ts'
import type { Path } from '../spec/yaml.ts'
import type { SpecModel } from './model/model.ts'
import type { EditorScope } from './probe.ts'
import { type EditorFile, findScope } from './scope.ts'
import { findRestOfLine, findTypedText, type TypedText } from './text/typed-text.ts'

export interface PlacedText {
  readonly typed: TypedText
  /** Absent: it is no expression. */
  readonly scope?: EditorScope | undefined
}

/** Undefined where no text stands. */
export function findPlacedText(file: EditorFile, offset: number, model: SpecModel): PlacedText | undefined {
  const place = (typed: TypedText | undefined): PlacedText | undefined =>
    typed && { typed, scope: typed.isKey ? undefined : findScope(typed.path, file, model) }
  const placed = place(findTypedText(file.text, offset))
  if (placed?.scope !== undefined || (placed?.typed.isKey && isMap(placed.typed.path, file))) return placed
  const rest = place(findRestOfLine(file.text, offset))
  return rest?.scope === undefined ? placed : rest
}

/** Otherwise a brace begins an object of the expression. */
const isMap = (path: Path, { kind }: EditorFile): boolean => [findSchema(kind, path).type].flat().includes('object')
