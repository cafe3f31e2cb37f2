/** Finds the argument that does not match the signature of a function: JSONata's error often names another one. */
import { type Node, walkNodes } from '../compiler/ast.ts'
import { findType, formatItemType, formatType, formatTypes, isTypeLetter, type TypeLetter } from '../value-types.ts'

/** The type of an argument, and the types of its items if it is a list. */
export interface ArgumentType {
  readonly type: TypeLetter
  readonly items: ReadonlySet<TypeLetter>
}

/** Items of a list whose types are read. */
const MAX_ITEMS = 1000

/** A sequence of JSONata stands for its items: one of none is absent, and one of a single item is that item. */
export function findArgumentType(value: unknown): ArgumentType {
  if (!Array.isArray(value)) return { type: findType(value), items: new Set() }
  const isSequence = 'sequence' in value && value.sequence === true
  if (isSequence && value.length < 2) return findArgumentType(value[0])
  return { type: 'a', items: new Set(value.slice(0, MAX_ITEMS).map(findType)) }
}

export interface FailedCall {
  /** Without `$`. */
  readonly name: string
  /** The offset that JSONata reports, by which two calls of one function are told apart. */
  readonly position: unknown
  readonly signature: string
}

/** A clause such as `argument 1 of $substring is a number, not a string`. Undefined if every argument matches. */
export function describeWrongArgument(
  root: Node,
  { name, position, signature }: FailedCall,
  typeOf: (argument: Node) => ArgumentType | undefined,
): string | undefined {
  const calls = findCalls(root, name).sort((a, b) => Number(b.position === position) - Number(a.position === position))
  for (const call of calls) {
    const types = call.arguments.map(typeOf)
    const known = types.filter((type) => type !== undefined)
    const mistake = known.length === types.length ? findMistake(name, parseParameters(signature), known) : undefined
    if (mistake !== undefined) return mistake
  }
  return undefined
}

interface Call {
  readonly position: number | undefined
  readonly arguments: readonly Node[]
}

/** The left side of `~>` is the first argument. */
function findCalls(root: Node, name: string): Call[] {
  const nodes = [...walkNodes(root)] as unknown as readonly Node[]
  const chained = new Map<Node, Node>()
  for (const { type, lhs, rhs } of nodes) if (type === 'apply' && rhs !== undefined) chained.set(rhs, lhs as Node)
  return nodes.flatMap((node): Call[] => {
    const first = chained.get(node)
    const isCall = node.type === 'function' && node.procedure?.value === name
    const isPassed = node.type === 'variable' && node.value === name && first !== undefined
    if (!isCall && !isPassed) return []
    return [{ position: node.position, arguments: [...(first ? [first] : []), ...(node.arguments ?? [])] }]
  })
}

interface Parameter {
  readonly accepts: ReadonlySet<TypeLetter>
  /** Of the items of a list. */
  readonly items?: TypeLetter
  readonly mark: string
}

const ANY = new Set<TypeLetter>(['s', 'n', 'b', 'l', 'o', 'a', 'f'])

function parseParameters(signature: string): readonly Parameter[] {
  const found: Parameter[] = []
  const pattern = /\(([a-z]+)\)([-?+]?)|([a-z])(?:<([^<>]*)>)?([-?+]?)/y
  pattern.lastIndex = 1
  for (let match = pattern.exec(signature); match !== null; match = pattern.exec(signature)) {
    const [, choice, choiceMark, letter = '', inner = '', mark] = match
    const letters = choice ?? letter
    const isAny = letters === 'x' || letters === 'j' || letters === 'a'
    const accepts = isAny ? ANY : new Set([...letters].filter(isTypeLetter))
    const items = letter === 'a' && isTypeLetter(inner) ? { items: inner } : {}
    found.push({ accepts, ...items, mark: choiceMark ?? mark ?? '' })
  }
  return found
}

function findMistake(
  name: string,
  parameters: readonly Parameter[],
  types: readonly ArgumentType[],
): string | undefined {
  const required = parameters.filter(({ mark }) => mark !== '?').length
  const isRepeated = parameters.at(-1)?.mark === '+'
  // The context may stand for a first argument that is left out.
  if (types.length === 0 && parameters[0]?.mark === '-') return undefined
  if (types.length < required || (types.length > parameters.length && !isRepeated))
    return `$${name} takes ${formatRange(required, parameters.length)}, not ${types.length}`
  for (const [index, { type, items }] of types.entries()) {
    const parameter = parameters[index] ?? parameters.at(-1)
    const mistake = parameter && describeMismatch(type, items, parameter)
    if (mistake !== undefined) return `argument ${index + 1} of $${name} is ${mistake}`
  }
  return undefined
}

const formatRange = (least: number, most: number): string =>
  `${least === most ? least : `${least} to ${most}`} ${most === 1 ? 'argument' : 'arguments'}`

function describeMismatch(type: TypeLetter, items: ArgumentType['items'], { accepts, items: item }: Parameter) {
  if (type === 'm') return accepts.has('f') && accepts.size === 1 ? 'absent' : undefined
  if (!accepts.has(type)) return `${formatType(type)}, not ${formatTypes(accepts)}`
  if (item === undefined) return undefined
  if (type !== 'a') return type === item ? undefined : `${formatType(type)}, not a list of ${formatItemType(item)}`
  const wrong = [...items].find((one) => one !== item)
  return wrong && `a list with ${formatType(wrong)} in it, not only ${formatItemType(item)}`
}
