/** A binary operation with what is known of its operands. */
import type { Node } from '../../compiler/ast.ts'
import type { Problem } from '../../parse.ts'
import type { TypedField, Value } from '../value.ts'

export interface Operation {
  readonly node: Node
  readonly lhs: Node
  readonly rhs: Node
  readonly left: Value
  readonly right: Value
  /** Of the whole expression. */
  readonly text: string
}

/** Where its operator stands. */
export function operatorSpan({ position, value }: Node): Problem['span'] {
  return [Number(position) - String(value).length, Number(position)]
}

/** A path of names as text: `title`, `$contact.name`. The result of a function may be an empty text. */
export function readPath({ type, steps = [] }: Node): string | undefined {
  const isPath =
    type === 'path' && steps.every((step, index) => step.type === 'name' || (index === 0 && step.type === 'variable'))
  return isPath ? steps.map((step) => `${step.type === 'variable' ? '$' : ''}${step.value}`).join('.') : undefined
}

/** The field alone, without the names of its holders. */
export const lastName = ({ name }: TypedField) => name.slice(name.lastIndexOf('.') + 1)
