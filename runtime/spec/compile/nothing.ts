/** An expression for what a spec leaves out: it never has a value. */
import type { Expression } from '../../expression/expression.ts'
import type { SpecNode } from './spec-node.ts'

/** Empty text is no value to any reader of the spec. */
export function nothingAt({ context, file, path, place }: SpecNode): Expression {
  return context.linkText('', { file, path }, { place, at: () => place })
}

/** Whether the spec leaves it out. */
export const isNothing = ({ text }: Pick<Expression, 'text'>): boolean => text === '""'
