/** Checks arguments against a JSONata signature, and gives them the form in which the function receives them. */
import { fallBack } from '../limits.ts'
import { typeLetter } from './type-letter.ts'

/**
 * Returns the arguments as the function receives them: with the context where one is missing, and with single values as
 * lists. Falls back on a mismatch, which the interpreter reports.
 */
export type ArgumentCheck = (args: readonly unknown[], context: unknown) => readonly unknown[]

interface Parameter {
  /** One letter for each accepted type: `s`, `n`, `b`, `l`, `o`, `a`, `f`, and `m` for undefined. */
  readonly accepts: string
  /** JSONata's marks: `?` optional, `-` the context takes its place, `+` one or more. */
  marks: string
  /** Whether a single value becomes a list. */
  readonly isList: boolean
  /** Of a list: the type of each item. */
  items?: string
}

const ANY = 'asnblfom'

/** Marks a site where the interpreter has a context that compiled code lacks. A call that needs it falls back. */
export const NO_CONTEXT: object = Object.freeze({})

/** As JSONata reads it: letters without a meaning are skipped. */
function parseParameters(signature: string): readonly Parameter[] {
  const found: Parameter[] = []
  let at = 1
  while (at < signature.length && signature[at] !== ':') {
    const letter = signature.charAt(at)
    const end = letter === '(' ? signature.indexOf(')', at) : letter === '<' ? findClosing(signature, at) : at
    const inner = signature.slice(at + 1, end < at ? undefined : end)
    const last = found.at(-1)
    if (letter === '(') found.push({ accepts: `${inner}m`, marks: '', isList: false })
    else if (letter === '<' && last?.isList) last.items = inner
    else if ('?-+'.includes(letter) && last) last.marks += letter
    else if ('snblofajx'.includes(letter))
      found.push({ accepts: acceptedTypes(letter), marks: '', isList: letter === 'a' })
    at = Math.max(at, end) + 1
  }
  return found
}

function findClosing(signature: string, open: number): number {
  let depth = 0
  for (let at = open; at < signature.length; at++) {
    if (signature[at] === '<') depth++
    else if (signature[at] === '>' && --depth === 0) return at
  }
  return signature.length
}

function acceptedTypes(letter: string): string {
  if (letter === 'x' || letter === 'a') return ANY
  return letter === 'j' ? 'asnblom' : letter === 'f' ? 'f' : `${letter}m`
}

/** JSONata matches greedily, as a regular expression over one letter for each argument. */
function toPattern(parameters: readonly Parameter[]): RegExp {
  const parts = parameters.map(({ accepts, marks }) => `([${accepts}]${marks.replaceAll('-', '?')})`)
  return new RegExp(`^${parts.join('')}$`)
}

const isSimple = (parameters: readonly Parameter[]): boolean =>
  parameters.every(({ isList, marks }) => !isList && (marks === '' || marks === '?' || marks === '-'))

export function createArgumentCheck(text: string): ArgumentCheck {
  const parameters = parseParameters(text)
  const pattern = toPattern(parameters)
  const assign: ArgumentCheck = (args, context) => assignArguments({ parameters, pattern }, args, context)
  if (!isSimple(parameters)) return assign

  // Each argument matches its own parameter and the rest may be absent: greedy matching agrees.
  const required = parameters.findLastIndex(({ marks }) => marks !== '?') + 1
  return (args, context) => {
    if (args.length > parameters.length || args.length < required) return assign(args, context)
    for (let i = 0; i < args.length; i++) {
      if (!parameters[i]?.accepts.includes(typeLetter(args[i]))) return assign(args, context)
    }
    return args
  }
}

function assignArguments(
  { parameters, pattern }: { readonly parameters: readonly Parameter[]; readonly pattern: RegExp },
  args: readonly unknown[],
  context: unknown,
): readonly unknown[] {
  const groups = pattern.exec(args.map(typeLetter).join(''))
  if (groups === null) return fallBack()
  const assigned: unknown[] = []
  let next = 0
  for (const [i, parameter] of parameters.entries()) {
    const letters = groups[i + 1] ?? ''
    if (letters === '') {
      assigned.push(parameter.marks.includes('-') ? checkContext(context, parameter) : args[next++])
      continue
    }
    for (const letter of letters) {
      const arg = args[next++]
      assigned.push(parameter.isList ? toList(arg, letter, parameter, letters) : arg)
    }
  }
  return assigned
}

const checkContext = (context: unknown, { accepts }: Parameter): unknown =>
  context === NO_CONTEXT || !accepts.includes(typeLetter(context)) ? fallBack() : context

function toList(arg: unknown, letter: string, { items }: Parameter, letters: string): unknown {
  if (letter === 'm') return undefined
  if (letter !== 'a') return items === undefined || letters === items ? [arg] : fallBack()
  const list = arg as readonly unknown[]
  if (items === undefined || list.length === 0) return arg
  const type = items.charAt(0)
  return list.every((item) => typeLetter(item) === type) ? arg : fallBack()
}

/** Whether any `count` arguments match, whatever their types. */
export function acceptsAnything(signature: string, count: number): boolean {
  const parameters = parseParameters(signature)
  if (count > parameters.length || !isSimple(parameters)) return false
  return parameters.every(({ accepts, marks }, i) => (i < count ? accepts === ANY : marks === '?'))
}
