/** Changes a list in a YAML text and leaves the rest of the text as it is: comments, order, quotes, line breaks. */
import {
  Document,
  isMap,
  isNode,
  isScalar,
  isSeq,
  Lexer,
  type Node,
  Scalar,
  visit,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml'
import type { Json } from '../../ports/types.ts'

/** Replaces the characters from `start` to `end`. */
export interface TextEdit {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** A member of an item: its names from the item down, and the new value; undefined removes it. */
export interface MemberChange {
  readonly path: readonly string[]
  readonly value: Json | undefined
}

/** The items of the list in their new order. */
export type ItemChange =
  | {
      readonly old: number
      readonly members: readonly MemberChange[]
      /** The item if nothing is left of it. */
      readonly otherwise?: Json
    }
  | { readonly item: Json }

/** The edits for the list at a key of `map`. Undefined: it is no list that can be edited. */
export function editList(
  text: string,
  map: YAMLMap,
  key: string | number,
  changes: readonly ItemChange[],
): readonly TextEdit[] | undefined {
  const pair = map.items.find((each) => isScalar(each.key) && each.key.value === key)
  const list = pair?.value
  if (!isSeq(list) || !list.range || !isNode(pair?.key) || !pair.key.range || hasAliases(list)) return undefined
  const scalars = editScalars(list, changes)
  if (scalars !== undefined) return scalars
  const [keyStart, keyEnd] = pair.key.range
  const colon = text.indexOf(':', keyEnd)
  const column = keyStart - (text.lastIndexOf('\n', keyStart - 1) + 1)
  changeItems(list, changes)
  const end = list.range[0] + text.slice(list.range[0], list.range[2]).trimEnd().length
  return [{ start: colon + 1, end, text: map.flow ? renderFlow(list) : render(list, ' '.repeat(column + 2)) }]
}

/** Edits by hand only: a change at an alias would change, or would not change, its other places. */
function hasAliases(list: YAMLSeq): boolean {
  let found = false
  visit(list, {
    Alias: () => {
      found = true
    },
    Value: (_, node) => {
      found ||= node.anchor !== undefined
    },
  })
  return found
}

/** Where only texts and numbers change in their places. */
function editScalars(list: YAMLSeq, changes: readonly ItemChange[]): readonly TextEdit[] | undefined {
  const edits: TextEdit[] = []
  if (changes.length !== list.items.length) return undefined
  for (const [at, change] of changes.entries()) {
    if (!('old' in change) || change.old !== at) return undefined
    const item = list.items[at]
    for (const { path, value } of change.members) {
      const node = isMap(item) ? item.getIn(path, true) : undefined
      if (!isScalar(node) || !node.range || isBlock(node) || value === undefined) return undefined
      edits.push({ start: node.range[0], end: node.range[1], text: renderScalar(node, value) })
    }
  }
  return edits
}

const isBlock = ({ type }: Scalar): boolean => type === Scalar.BLOCK_FOLDED || type === Scalar.BLOCK_LITERAL

/** In the quotes of the former value. Within a list, since a plain text may hold no comma there. */
function renderScalar({ type }: Scalar, value: Json): string {
  if (typeof value === 'string' && type === Scalar.QUOTE_DOUBLE) return JSON.stringify(value)
  const list = new Document([value]).contents as YAMLSeq
  return renderFlow(list).trim().slice(1, -1)
}

function changeItems(list: YAMLSeq, changes: readonly ItemChange[]): void {
  const old = [...list.items]
  list.items = changes.map((change) => {
    if (!('old' in change)) return createItem(change.item)
    const item = old[change.old]
    for (const { path, value } of change.members) if (isMap(item)) setMember(item, path, value)
    const isEmpty = isMap(item) && item.items.length === 0
    return isEmpty && change.otherwise !== undefined ? fillItem(item, change.otherwise) : item
  })
  if (list.items.length > 0) list.flow = false
}

/** Keeps the comments. */
function fillItem(item: YAMLMap, value: Json): YAMLMap {
  for (const [name, member] of Object.entries(value ?? {})) item.set(name, member)
  return item
}

/** Members of an item that compare no more than what they hold. */
const PARTIAL: ReadonlySet<string> = new Set(['has', 'profileHas'])

function setMember(item: YAMLMap, path: readonly string[], value: Json | undefined): void {
  const found = item.getIn(path, true)
  if (value === undefined) {
    item.deleteIn(path)
    const [part = ''] = path
    const holder = item.get(part, true)
    // An empty one would compare nothing.
    if (PARTIAL.has(part) && isMap(holder) && holder.items.length === 0) item.delete(part)
  }
  // Keeps the comment and the quotes.
  else if (isScalar(found) && (typeof value !== 'object' || value === null)) found.value = value
  else item.setIn(path, createNode(value, path.length))
}

const createItem = (item: Json): Node => createNode(item, 0)

/** A member a line down to the members of `properties`; what is nested deeper stands on one line. */
function createNode(value: Json, depth: number): Node {
  const node = new Document(value).contents as Node
  visit(node, {
    Collection: (_, each, path) => {
      const level = depth + path.filter((parent) => isMap(parent) || isSeq(parent)).length
      each.flow = level > 1 || each.items.length === 0 || isSeq(each)
    },
  })
  return node
}

/** No block can stand in a flow. */
function renderFlow(list: YAMLSeq): string {
  visit(list, {
    Collection: (_, each) => {
      each.flow = true
    },
  })
  return ` ${withoutPadding(toYaml(list)).trim()}`
}

function toYaml(list: YAMLSeq): string {
  visit(list, {
    Scalar: (_, node, path) => {
      // In lines of their own, the brackets around it would be indented wrongly.
      const isInFlow = path.some((parent) => (isMap(parent) || isSeq(parent)) && parent.flow)
      if (isInFlow && typeof node.value === 'string' && node.value.includes('\n')) node.type = Scalar.QUOTE_DOUBLE
    },
  })
  const document = new Document()
  document.contents = list as Document['contents']
  return document.toString({ lineWidth: 0, doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER })
}

/** The list as the value of a key, in lines with this indentation. */
function render(list: YAMLSeq, indent: string): string {
  if (list.items.length === 0) return ' []'
  const lines = withoutPadding(toYaml(list)).trimEnd().split('\n')
  return lines.map((line) => `\n${line === '' ? '' : indent}${line}`).join('')
}

/** Lists as most people write them: `[a, b]`. The library sets the spaces of `[ a ]` and of `{ a: 1 }` together. Those that indent a line stay. */
function withoutPadding(yaml: string): string {
  const tokens = [...new Lexer().lex(yaml)].filter((token) => !LEXER_MARKS.has(token))
  const isPadding = (at: number) =>
    tokens[at - 1] === '[' || (tokens[at + 1] === ']' && tokens[at - 1]?.endsWith('\n') !== true)
  return tokens.filter((token, at) => !/^ +$/.test(token) || !isPadding(at)).join('')
}

/** Before a document, an invalid flow, and a scalar. */
const LEXER_MARKS: ReadonlySet<string> = new Set(['\u0002', '\u0018', '\u001f'])
