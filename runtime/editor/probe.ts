/** What a name at a place of an expression is read from, as far as declared. */
import { followFields } from '../expression/check/fields.ts'
import type { KnownShape } from '../expression/check/shape.ts'
import { createRecord, type Value } from '../expression/check/value.ts'
import { isProblem, parseExpression } from '../expression/parse.ts'
import { findOpenParts } from './text/expression-text.ts'

/** What an expression may read at its place in the spec. */
export interface EditorScope {
  readonly input: KnownShape
  readonly variables: ReadonlyMap<string, Value>
}

export interface Probe {
  /** Whether a name may stand there. */
  readonly isPossible: boolean
  /** Undefined: it may be anything. */
  readonly holder?: KnownShape
}

/** A field that nothing has: the check reports it, with the shape it looked in. */
const UNKNOWN = 'zZeditorFieldZz'

/** `before` and `after`: the texts around the name. An expression that is not finished is completed first. */
export function probe(before: string, after: string, { input, variables }: EditorScope): Probe {
  const { closers } = findOpenParts(before)
  for (const rest of [after, closers, `: 1${closers}`]) {
    const parsed = parseExpression(`${before}${UNKNOWN}${rest}`)
    if (isProblem(parsed)) continue
    const { unknownFields } = followFields(parsed, createRecord(input), variables)
    return { isPossible: true, holder: unknownFields.find(({ name }) => name === UNKNOWN)?.shape }
  }
  return { isPossible: false }
}
