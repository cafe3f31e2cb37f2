/** The place in fields.yaml that declares a field, and the comment there. */
import type { FileSpan } from '../../spec/yaml.ts'
import type { SpecModel } from './model.ts'

/** `name`: `conversation.tags.name`, through lists. Of a field of one shape or another, the first. */
export function findField(name: string, { documents: { fields } }: SpecModel): FileSpan | undefined {
  if (fields === undefined) return undefined
  const path: (string | number)[] = []
  let declared: unknown = fields.document
  for (const step of name.replace(/ or [^.]*(?:\.|$)/g, '.').split('.')) {
    if (Array.isArray(declared)) {
      path.push(0)
      declared = declared[0]
    }
    if (typeof declared !== 'object' || declared === null || !(step in declared)) return undefined
    path.push(step)
    declared = (declared as Readonly<Record<string, unknown>>)[step]
  }
  return fields.node.at(...path).keySpan
}

/** The comment at the end of the field's line. */
export function findComment(name: string, model: SpecModel): string | undefined {
  const place = findField(name, model)
  const line = place?.file.line(place.file.position(place.span[0]).line)
  return line && /\s#\s*(.*\S)/.exec(line)?.[1]
}
