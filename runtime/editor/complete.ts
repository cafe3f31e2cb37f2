/** Completion at a place of a spec's file: in expressions, and of names that other files define. */
import { BUILTIN_SIGNATURES } from '../expression/compiler/runtime/functions/builtins.ts'
import { isNotification } from '../spec/check/known-fields.ts'
import type { Completion } from './completion.ts'
import { describeField, describeFunction, describeVariable } from './docs/descriptions.ts'
import { completeKey } from './keys.ts'
import type { SpecModel } from './model/model.ts'
import { findReferenceKind, listCandidates } from './model/references.ts'
import { findPlacedText } from './placed-text.ts'
import { type EditorScope, probe } from './probe.ts'
import type { EditorFile } from './scope.ts'
import { findOpenParts, findOwnVariables, type OpenParts } from './text/expression-text.ts'
import { namesOwnSchema } from './text/modeline.ts'

export function completeAt(file: EditorFile, offset: number, model: SpecModel): readonly Completion[] {
  const placed = findPlacedText(file, offset, model)
  if (placed?.scope !== undefined) {
    const completions = completeExpression({ ...placed.typed, scope: placed.scope, file, model })
    return completions.filter(({ replaces }) => replaces <= typedLength(file.text, offset))
  }
  if (placed === undefined) return []
  const reference = placed.typed.isKey ? undefined : findReferenceKind(placed.typed.path, file)
  if (reference === undefined) return completeKey(placed.typed, file, offset, model)
  // The editor completes them from the schema that the file names.
  if (namesOwnSchema(file.text)) return []
  return listCandidates(reference, file, model).map((label) => {
    return { label, kind: 'name', insert: label, replaces: placed.typed.before.length }
  })
}

/** Characters between the begin of the line and the place: no token is longer. */
const typedLength = (text: string, offset: number): number => offset - (text.lastIndexOf('\n', offset - 1) + 1)

interface ExpressionPlace {
  readonly before: string
  readonly after: string
  readonly scope: EditorScope
  readonly file: EditorFile
  readonly model: SpecModel
}

function completeExpression(place: ExpressionPlace): readonly Completion[] {
  const { before } = place
  const open = findOpenParts(before)
  if (open.isOpaque) return []
  if (open.textStart !== undefined) return completeText(place, open)
  const variable = /\$(\w*)$/.exec(before)
  if (variable !== null) return listVariables(place, variable[0].length)
  const name = /[A-Za-z_]\w*$/.exec(before)?.[0] ?? ''
  const start = before.slice(0, before.length - name.length)
  const { isPossible, holder } = probe(start, place.after.replace(/^\w+/, ''), place.scope)
  if (!isPossible || /\d$/.test(start)) return []
  const fields = [...(holder?.fields.keys() ?? [])].filter((field) => field !== '*')
  const completions = fields.map((label): Completion => {
    const insert = /^[A-Za-z_]\w*$/.test(label) ? label : `\`${label}\``
    return { label, kind: 'field', insert, replaces: name.length, description: holder && describeField(label, holder) }
  })
  return /\.\s*$/.test(start) ? completions : [...completions, ...listVariables(place, name.length)]
}

function listVariables({ before, scope, model }: ExpressionPlace, replaces: number): readonly Completion[] {
  const bound = new Set([...scope.variables.keys(), ...findOwnVariables(before)])
  const functions = [...model.functions.map(({ name }) => name), ...Object.keys(BUILTIN_SIGNATURES)]
  return [
    ...[...bound].map((name): Completion => {
      const description = describeVariable(name, model)
      return { label: `$${name}`, kind: 'variable', insert: `$${name}`, replaces, description }
    }),
    ...[...new Set(functions)]
      .filter((name) => name !== 'eval' && !bound.has(name))
      .map((name): Completion => {
        const description = describeFunction(name, model.functions)
        return { label: `$${name}`, kind: 'function', insert: `$${name}`, replaces, description }
      }),
  ]
}

/** A field, an operator that compares it, and texts before this one in a list. */
const COMPARED = /(?<![\w$`])([A-Za-z_]\w*|`[^`]+`)(\s*(?:!?=|\bin\s*\[(?:\s*(?:"[^"]*"|'[^']*')\s*,)*|\bin\b)\s*)$/

/** The values of the field that is compared with the text. */
function completeText({ before, scope, file, model }: ExpressionPlace, open: OpenParts): readonly Completion[] {
  const { textStart = 0, closers } = open
  const compared = COMPARED.exec(before.slice(0, textStart))
  if (compared === null) return []
  const [, quoted = '', operator = ''] = compared
  const { holder } = probe(before.slice(0, compared.index), `${operator}""${closers}`, scope)
  const name = quoted.replaceAll('`', '')
  const isTopic = isNotification(holder) && name === 'topic'
  const values = isTopic ? listCandidates('topic', file, model) : (holder?.types.get(name)?.values ?? [])
  const replaces = before.length - textStart - 1
  const description = holder && describeField(name, holder)
  return values.map((label) => ({ label, kind: 'value', insert: label, replaces, description }))
}
