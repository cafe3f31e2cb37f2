/** Writes what an expression of the spec reads, for answers that are made up. */
import type { Expression } from '../../expression/expression.ts'
import { isObject } from '../../lib/json.ts'
import { Fault } from '../../ports/fault.ts'
import type { Json, JsonObject } from '../../ports/types.ts'
import { isNothing } from '../../spec/compile/nothing.ts'

const PLAIN_PATH = /^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*$/

/**
 * A copy of `answer` of which the expression gives `value`; undefined removes it. Throws a config fault for an expression
 * other than a path of members: nothing tells where it reads.
 */
export function withValueAt(answer: Json, expression: Expression, value: Json | undefined): Json {
  if (isNothing(expression)) return answer
  const { text, place } = expression
  const path = text.trim()
  if (!PLAIN_PATH.test(path)) {
    const message = `the expression is no plain path such as \`pages.next\`, so no answer can be made up for it; record whole pages in place of single items`
    throw new Fault('config', 'recording/no-plain-path', message, { place })
  }
  return setMember(answer, path.split('.'), value)
}

function setMember(answer: Json, [name = '', ...rest]: readonly string[], value: Json | undefined): JsonObject {
  const members = isObject(answer) ? answer : {}
  if (rest.length > 0) {
    // Nothing is to be removed from what is not there.
    if (value === undefined && !isObject(members[name])) return members
    return { ...members, [name]: setMember(members[name] ?? {}, rest, value) }
  }
  const { [name]: _, ...others } = members
  return value === undefined ? others : { ...members, [name]: value }
}
