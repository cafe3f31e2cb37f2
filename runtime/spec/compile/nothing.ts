/** An expression for what a spec leaves out: it never has a value. */
import type { Expression } from '../../expression/expression.ts'
import type { SpecNode } from './spec-node.ts'

export const nothingAt = ({ place }: Pick<SpecNode, 'place'>): Expression => ({
  text: '',
  place,
  variables: new Set(),
  evaluate: () => undefined,
})
