/** Texts with `*` or `%` for "anything", and patterns in quotes: an equal sign compares them character by character. */
import type { Node } from '../../compiler/ast.ts'
import type { Problem } from '../../parse.ts'
import { readPath } from './operation.ts'
import { spanOfLiteral } from './spans.ts'

/** `*@acme.com`, `refund*`, `*refund*`, `%refund%`. Not a mark such as `A*` or `**`. */
const WILDCARD = /^(?<start>\*)?(?<word>[^*%]*\w{3}[^*%]*|[^*%]*\w[^*%]{2,})(?<end>\*)?$|^%(?<like>[^*%]+)%$/

/** `/refund/i`. Without flags it may be a path. */
const REGEX_WITH_FLAGS = /^\/(.+)\/[gimsuy]+$/

/** `literal` is compared with `compared`. */
export function checkWildcard(literal: Node, compared: Node, text: string): readonly Problem[] {
  const path = readPath(compared)
  if (literal.type !== 'string' || path === undefined) return []
  const [, regexInText] = REGEX_WITH_FLAGS.exec(String(literal.value)) ?? []
  const span = spanOfLiteral(literal, text)
  if (regexInText !== undefined) {
    const message = 'this compares with a text: a regular expression has no quotes, and = does not search'
    return [
      {
        code: 'pattern',
        message,
        help: `write $contains(${path}, ${String(literal.value).replace(/[^im/]+$/, '')})`,
        span,
      },
    ]
  }
  const { start, word = '', end, like } = WILDCARD.exec(String(literal.value))?.groups ?? {}
  if (start === undefined && end === undefined && like === undefined) return []
  const message = `* and % stand for themselves here, not for any text: no such comparison holds`
  const regex = word.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
  const sought = like ?? (start && end ? word : undefined)
  const pattern = sought === undefined ? `/${start ? '' : '^'}${regex}${end ? '' : '$'}/` : JSON.stringify(sought)
  return [{ code: 'wildcard', message, help: `write $contains(${path}, ${pattern})`, span }]
}
