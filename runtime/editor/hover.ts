/** What an editor shows of the field, variable or function at a place. */

import type { Shape } from '../expression/check/shape.ts'
import { type Description, describeField, describeFunction, describeVariable } from './docs/descriptions.ts'
import { hoverKey } from './keys.ts'
import { findComment } from './model/field-place.ts'
import type { SpecModel } from './model/model.ts'
import { findPlacedText, type PlacedText } from './placed-text.ts'
import { type EditorScope, probe } from './probe.ts'
import type { EditorFile } from './scope.ts'
import { findOwnVariables, findToken, type Token } from './text/expression-text.ts'

/** A token of an expression in a file. */
export interface PlacedToken extends Token {
  readonly scope: EditorScope
  /** Of a field, what it is read from. */
  readonly holder?: Shape | undefined
  /** The expression. */
  readonly text: string
}

/** The token at the place. */
export function findTokenIn({ typed, scope }: PlacedText): PlacedToken | undefined {
  if (scope === undefined) return undefined
  const text = typed.before + typed.after
  const token = findToken(text, typed.before.length)
  if (token === undefined || token.kind === 'variable') return token && { ...token, scope, text }
  return { ...token, scope, text, holder: probe(text.slice(0, token.start), text.slice(token.end), scope).holder }
}

export function hoverAt(file: EditorFile, offset: number, model: SpecModel): Description | undefined {
  const placed = findPlacedText(file, offset, model)
  if (placed?.typed.isKey) return hoverKey(placed.typed, file)
  const token = placed && findTokenIn(placed)
  if (token === undefined) return undefined
  const { kind, name, holder, scope, text } = token
  if (kind === 'name') return holder && describeDeclaredField(name, holder, model)
  const isBound = scope.variables.has(name) || findOwnVariables(text).has(name)
  return isBound ? describeVariable(name, model) : describeFunction(name, model.functions)
}

function describeDeclaredField(name: string, holder: Shape, model: SpecModel): Description | undefined {
  const description = describeField(name, holder)
  const comment = findComment(`${holder.name}.${name}`, model)
  if (description === undefined || comment === undefined) return description
  return { ...description, text: `${description.text}\n\n${model.fields.file}: ${comment}`.trim() }
}
