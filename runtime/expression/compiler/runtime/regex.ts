/** Regular expressions, and synchronous versions of the built-in functions that take them. */
import { isNotTailCallable } from './functions/tail-calls.ts'
import { checkListLength, checkTextLength, consumeSize, consumeSteps, fallBack } from './limits.ts'
import { toMatchingCost } from './matching-cost.ts'
import { Sequence } from './sequence.ts'

/** The result of calling a regular expression, or a function that stands in for one. */
interface Match {
  readonly match: string
  readonly start: number
  readonly end: number
  readonly groups: readonly (string | undefined)[]
  /** Finds the next match. */
  next?: unknown
}

/**
 * `/source/flags` as a value: a function of a string and a start offset. All its calls share one `lastIndex`. `power` and `ways`
 * are the compiler's verdict on its time.
 */
export function regex(source: string, flags: string, power: number, ways?: number): object {
  const pattern = new RegExp(source, flags)
  const cost = toMatchingCost(power, ways)
  const find = (text: unknown, from: unknown): Match | undefined => {
    consumeSteps(1)
    if (typeof text === 'string' && from === undefined) {
      consumeSteps(cost(text.length))
    }
    // JavaScript converts other values to strings, undefined to "undefined".
    if ((typeof text === 'object' && text !== null) || typeof text === 'function') return fallBack()
    if (from !== undefined && typeof from !== 'number') return fallBack()
    pattern.lastIndex = from ?? 0
    const found = pattern.exec(text as string)
    if (found === null) return undefined
    const [match, ...groups] = found
    const next = (): unknown => {
      if (pattern.lastIndex >= (text as string).length) return undefined
      const after = find(text, pattern.lastIndex)
      // After an empty match the position would never advance. The first is accepted; a second is an error.
      return after?.match === '' ? fallBack() : after
    }
    return { match, start: found.index, end: found.index + match.length, groups, next }
  }
  return find
}

/** Each match of a regular expression, or of a function that stands in for one. */
function* findMatches(matcher: unknown, text: string): Generator<Match> {
  let found = callMatcher(matcher, text)
  while (found !== undefined) {
    yield found
    found = callMatcher(found.next, undefined)
  }
}

function callMatcher(matcher: unknown, text: string | undefined): Match | undefined {
  if (typeof matcher !== 'function' || isNotTailCallable(matcher)) return fallBack()
  consumeSteps(1)
  const found: unknown = matcher(text)
  return found === undefined || isMatch(found) ? found : fallBack()
}

function isMatch(value: unknown): value is Match {
  if (typeof value !== 'object' || value === null) return false
  const { match, start, end, groups } = value as Partial<Match>
  return typeof match === 'string' && typeof start === 'number' && typeof end === 'number' && Array.isArray(groups)
}

/** Zero does, and so does no number. */
const admitsNone = (limit: unknown): boolean => typeof limit === 'number' && !(limit > 0)

/** `limit` is positive or undefined. */
function* takeMatches(found: Generator<Match>, limit: unknown): Generator<Match> {
  let count = 0
  for (const each of found) {
    yield each
    count++
    // The interpreter searches for one more match before it counts.
    if (typeof limit === 'number' && count >= limit) {
      found.next()
      return
    }
  }
}

function contains(text: unknown, token: unknown): unknown {
  if (typeof text !== 'string' || token === undefined) return undefined
  if (typeof token === 'string') return text.includes(token)
  return callMatcher(token, text) !== undefined
}

function match(text: unknown, pattern: unknown, limit: unknown): unknown {
  if (typeof text !== 'string') return undefined
  if (typeof limit === 'number' && limit < 0) fallBack()
  if (admitsNone(limit)) return new Sequence([])
  const found = takeMatches(findMatches(pattern, text), limit)
  return new Sequence(Array.from(found, (each) => ({ match: each.match, index: each.start, groups: each.groups })))
}

function split(text: unknown, separator: unknown, limit: unknown): unknown {
  if (typeof text !== 'string') return undefined
  if (typeof limit === 'number' && limit < 0) fallBack()
  if (admitsNone(limit)) return []
  if (typeof separator === 'string') return text.split(separator, limit as number | undefined)
  const parts: string[] = []
  let start = 0
  for (const { start: at, end } of takeMatches(findMatches(separator, text), limit)) {
    parts.push(text.substring(start, at))
    checkListLength(parts.length + 1)
    start = end
  }
  if (limit === undefined || parts.length < Number(limit)) parts.push(text.substring(start))
  return parts
}

function replace(text: unknown, pattern: unknown, replacement: unknown, limit: unknown): unknown {
  if (typeof text !== 'string') return undefined
  if (pattern === '' || (typeof limit === 'number' && limit < 0)) fallBack()
  if (admitsNone(limit)) return text
  if (typeof pattern === 'string') return replaceText(text, pattern, replacement, limit)
  let result = ''
  let start = 0
  for (const each of takeMatches(findMatches(pattern, text), limit)) {
    const inserted =
      typeof replacement === 'string' ? substitute(replacement, each) : callReplacement(replacement, each)
    result += text.substring(start, each.start) + inserted
    start = each.start + each.match.length
    checkTextLength(result.length)
  }
  return result + text.substring(start)
}

function replaceText(text: string, pattern: string, replacement: unknown, limit: unknown): string {
  if (typeof replacement !== 'string') return fallBack()
  const parts = text.split(pattern)
  const count = typeof limit === 'number' ? Math.min(Math.ceil(limit), parts.length - 1) : parts.length - 1
  checkTextLength(text.length + count * replacement.length)
  const tail = parts.slice(count).join(pattern)
  return [...parts.slice(0, count), tail].join(replacement)
}

function callReplacement(replacement: unknown, found: Match): string {
  if (typeof replacement !== 'function') return fallBack()
  const inserted: unknown = replacement(found)
  return typeof inserted === 'string' ? inserted : fallBack()
}

/**
 * Expands `$0` (the match), `$1` (a group) and `$$`. With ten groups or more, reads two digits if such a group exists.
 */
function substitute(template: string, { match: text, groups }: Match): string {
  consumeSize(template.length)
  const digits = groups.length === 0 ? 1 : Math.floor(Math.log(groups.length) * Math.LOG10E) + 1
  let result = ''
  let position = 0
  for (let at = template.indexOf('$'); at !== -1 && position < template.length; at = template.indexOf('$', position)) {
    result += template.slice(position, at)
    position = at + 1
    const next = template.charAt(position)
    if (next === '$' || next === '0') {
      result += next === '$' ? '$' : text
      position++
      continue
    }
    let index = Number.parseInt(template.slice(position, position + digits), 10)
    if (digits > 1 && index > groups.length) {
      index = Number.parseInt(template.slice(position, position + digits - 1), 10)
    }
    if (Number.isNaN(index)) result += '$'
    else {
      result += groups[index - 1] ?? ''
      position += String(index).length
    }
  }
  return result + template.slice(position)
}

export const regexFunctions = { contains, match, replace, split }
