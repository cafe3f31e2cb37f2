/** What a property means: in the words of its author, or in those of the field that it reads. */

import { findComment, findField } from '../editor/model/field-place.ts'
import type { SpecModel } from '../editor/model/model.ts'
import type { Value } from '../expression/check/value.ts'
import type { SpecNode } from '../spec/compile/spec-node.ts'
import type { Property } from '../spec/spec.ts'

export function findMeaning(
  { doc }: Property,
  node: SpecNode | undefined,
  { field }: Value,
  model: SpecModel,
): string | undefined {
  if (doc !== undefined) return doc
  const own = node && findCommentBehind(node)
  if (own !== undefined || field === undefined || field.isComputed) return own
  return isAloneOnLine(field.name, model) ? findComment(field.name, model) : undefined
}

/** The comment behind a value, or behind the sign that begins a block. */
export function findCommentBehind(node: SpecNode): string | undefined {
  const { file, span } = node.span
  const isBlock = file.text[span[1] - 1] === '\n'
  const end = isBlock ? node.keySpan.span[1] : span[1]
  return commentIn(restOfLine(file.text, end), isBlock ? /^\s*:\s*[|>]\S*/ : /^/)
}

const restOfLine = (text: string, offset: number): string => text.slice(offset).split(/\r?\n/, 1)[0] ?? ''

/** Of what follows a value in its line. `before`: what stands before the comment. */
function commentIn(line: string, before: RegExp): string | undefined {
  const [head] = before.exec(line) ?? []
  return head === undefined ? undefined : /^\s+#\s*(.*\S)/.exec(line.slice(head.length))?.[1]
}

/** Whether the comment of the line is about this field: other lines declare several. */
function isAloneOnLine(name: string, model: SpecModel): boolean {
  const place = findField(name, model)
  const line = place?.file.line(place.file.position(place.span[0]).line) ?? ''
  const [declaration = ''] = line.split(/\s#/, 1)
  const own = name.split('.').at(-1) ?? ''
  return declaration.trim().startsWith(`${own}:`) && !/[,{[]/.test(declaration.trim().replace(/,$/, ''))
}
