/** What an editor shows of the field, variable or function at a place. */

import type { Shape } from '../expression/check/shape.ts'
import { type Description, describeField, describeFunction, describeVariable } from './descriptions.ts'
import { findOwnVariables, findToken, type Token } from './expression-text.ts'
import { findComment } from './field-place.ts'
import type { SpecModel } from './model.ts'
import { findPlacedText } from './placed-text.ts'
import { type EditorScope, probe } from './probe.ts'
import type { EditorFile } from './scope.ts'

/** A token of an expression in a file. */
export interface PlacedToken extends Token {
  readonly scope: EditorScope
  /** Of a field, what it is read from. */
  readonly holder?: Shape | undefined
  /** The expression. */
  readonly text: string
}

export function findTokenAt(file: EditorFile, offset: number, model: SpecModel): PlacedToken | undefined {
  const { typed, scope } = findPlacedText(file, offset, model) ?? {}
  if (typed === undefined || scope === undefined) return undefined
  const text = typed.before + typed.after
  const token = findToken(text, typed.before.length)
  if (token === undefined || token.kind === 'variable') return token && { ...token, scope, text }
  return { ...token, scope, text, holder: probe(text.slice(0, token.start), text.slice(token.end), scope).holder }
}

export function hoverAt(file: EditorFile, offset: number, model: SpecModel): Description | undefined {
  const token = findTokenAt(file, offset, model)
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
