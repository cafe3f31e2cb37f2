/** Emits array and object constructors, and grouping. */
import type { Node, Pair } from '../ast.ts'
import { isReservedKey } from '../runtime/groups.ts'
import {
  type CompilationUnit,
  createName,
  type EmitSite,
  type EmittedCode,
  indent,
  toArrowFunction,
  toItemSite,
  useLibrary,
  withSite,
} from './compilation-unit.ts'
import { emitValue, isLiteral } from './emit-value.ts'
import { toLiteral } from './literal.ts'

export function emitArray(unit: CompilationUnit, node: Node, site: EmitSite): EmittedCode {
  const inner = withSite(site, { concurrent: true })
  const parts = (node.expressions ?? []).map((part) => {
    const js = emitValue(unit, part, inner)
    // A nested array constructor stays one item; so does the text "[", which is one item either way.
    if (part.value !== '[') return js
    return part.predicate || part.group ? `${useLibrary(unit, 'wrapInArray')}(${js})` : `[${js}]`
  })
  const js = `${useLibrary(unit, 'makeArray')}(${parts.join(', ')})`
  return { js: node.consarray ? `${useLibrary(unit, 'markConstructed')}(${js})` : js, kind: 'value' }
}

/** `{...}`: evaluated over all items at once if every key is a distinct literal, grouped by key otherwise. */
export function emitObject(unit: CompilationUnit, node: Node, site: EmitSite): EmittedCode {
  const pairs = node.lhs as readonly Pair[]
  const keys = pairs.map(([key]) => (isLiteral(key) && typeof key.value === 'string' ? key.value : undefined))
  const isFixed = keys.every((key) => key !== undefined && !isReservedKey(key)) && new Set(keys).size === keys.length
  if (!isFixed) return emitGroup(unit, site.context.list, pairs, site)
  const all = createName(unit, 'all')
  const object = emitObjectLiteral(unit, pairs, withSite(toItemSite(site, all), { concurrent: true }))
  return { js: `((${all}) => ${object})(${useLibrary(unit, 'appendItems')}(${site.context.list}))`, kind: 'value' }
}

function emitObjectLiteral(unit: CompilationUnit, pairs: readonly Pair[], site: EmitSite): string {
  const members = pairs.map(([key, member]) => `${toLiteral(String(key.value))}: ${emitValue(unit, member, site)},`)
  if (members.length === 0) return '({})'
  return `${useLibrary(unit, 'dropUndefined')}({\n  ${indent(members.join('\n'))}\n})`
}

/** `list{ key: value }`. */
export function emitGroup(unit: CompilationUnit, source: string, pairs: readonly Pair[], site: EmitSite): EmittedCode {
  const functions = pairs.map((pair) => {
    const [key, member] = pair.map((node) => {
      const item = createName(unit, 'item')
      return toArrowFunction(unit, item, emitValue(unit, node, withSite(toItemSite(site, item), { concurrent: true })))
    })
    return `[${key}, ${member}],`
  })
  const js = `${useLibrary(unit, 'group')}(${source}, [\n  ${indent(functions.join('\n'))}\n])`
  return { js, kind: 'value' }
}
