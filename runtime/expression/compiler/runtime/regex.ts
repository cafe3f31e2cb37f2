/** Regular expressions, and the built-in functions that take them. The interpreter's own must be waited for. */
import { costOf, type MatchingCost } from '../../interpreter/matching-cost.ts'
import { isNotTailCallable } from './functions/tail-calls.ts'
import { consumeSteps, fallBack, fitLength, fitText } from './limits.ts'
import { Sequence } from './sequence.ts'

/** What a regular expression gives when it is called, and what a function may give in its place. */
interface Match {
  readonly match: string
  readonly start: number
  readonly end: number
  readonly groups: readonly (string | undefined)[]
  /** Finds the next one. */
  next?: unknown
}

/** `/source/flags` as a value: a function of a text, and of where to begin. One place to go on from for all its calls. */
export function regex(source: string, flags: string): object {
  const pattern = new RegExp(source, flags)
  let cost: MatchingCost | undefined
  const find = (text: unknown, from: unknown): Match | undefined => {
    consumeSteps(1)
    if (typeof text === 'string' && from === undefined) {
      cost ??= costOf(pattern)
      consumeSteps(cost(text.length))
    }
    // What is no text is taken as one by JavaScript, and nothing is "undefined".
    if ((typeof text === 'object' && text !== null) || typeof text === 'function') return fallBack()
    if (from !== undefined && typeof from !== 'number') return fallBack()
    pattern.lastIndex = from ?? 0
    const found = pattern.exec(text as string)
    if (found === null) return undefined
    const [match, ...groups] = found
    const next = (): unknown => {
      if (pattern.lastIndex >= (text as string).length) return undefined
      const after = find(text, pattern.lastIndex)
      // An empty match never gets any further. The first is taken; asking for the next is an error.
      return after?.match === '' ? fallBack() : after
    }
    return { match, start: found.index, end: found.index + match.length, groups, next }
  }
  return find
}

/** Asks a regular expression, or a function in its place, for one match after another. */
function* matches(matcher: unknown, text: string): Generator<Match> {
  let found = ask(matcher, text)
  while (found !== undefined) {
    yield found
    found = ask(found.next, undefined)
  }
}

function ask(matcher: unknown, text: string | undefined): Match | undefined {
  if (typeof matcher !== 'function' || isNotTailCallable(matcher)) return fallBack()
  consumeSteps(1)
  const found: unknown = matcher(text)
  return found === undefined || isMatch(found) ? found : fallBack()
}

function isMatch(it: unknown): it is Match {
  if (typeof it !== 'object' || it === null) return false
  const { match, start, end, groups } = it as Partial<Match>
  return typeof match === 'string' && typeof start === 'number' && typeof end === 'number' && Array.isArray(groups)
}

function* limited(found: Generator<Match>, limit: unknown): Generator<Match> {
  if (typeof limit === 'number' && limit <= 0) return
  let count = 0
  for (const each of found) {
    yield each
    count++
    // The interpreter looks for one more before it counts.
    if (typeof limit === 'number' && count >= limit) {
      found.next()
      return
    }
  }
}

export function contains(text: unknown, token: unknown): unknown {
  if (typeof text !== 'string' || token === undefined) return undefined
  if (typeof token === 'string') return text.includes(token)
  return ask(token, text) !== undefined
}

export function match(text: unknown, pattern: unknown, limit: unknown): unknown {
  if (typeof text !== 'string') return undefined
  if (typeof limit === 'number' && limit < 0) fallBack()
  if (typeof limit === 'number' && limit <= 0) return new Sequence([])
  const found = limited(matches(pattern, text), limit)
  return new Sequence(Array.from(found, (each) => ({ match: each.match, index: each.start, groups: each.groups })))
}

export function split(text: unknown, separator: unknown, limit: unknown): unknown {
  if (typeof text !== 'string') return undefined
  if (typeof limit === 'number' && limit < 0) fallBack()
  if (typeof limit === 'number' && limit <= 0) return []
  if (typeof separator === 'string') return text.split(separator, limit as number | undefined)
  const parts: string[] = []
  let start = 0
  for (const { start: at, end } of limited(matches(separator, text), limit)) {
    parts.push(text.substring(start, at))
    fitLength(parts.length + 1)
    start = end
  }
  if (limit === undefined || parts.length < Number(limit)) parts.push(text.substring(start))
  return parts
}

export function replace(text: unknown, pattern: unknown, replacement: unknown, limit: unknown): unknown {
  if (typeof text !== 'string') return undefined
  if (pattern === '' || (typeof limit === 'number' && limit < 0)) fallBack()
  if (typeof limit === 'number' && limit <= 0) return text
  if (typeof pattern === 'string') return replaceText(text, pattern, replacement, limit)
  let result = ''
  let start = 0
  for (const each of limited(matches(pattern, text), limit)) {
    const given = typeof replacement === 'string' ? substitute(replacement, each) : called(replacement, each)
    result += text.substring(start, each.start) + given
    start = each.start + each.match.length
    fitText(result.length)
  }
  return result + text.substring(start)
}

function replaceText(text: string, pattern: string, replacement: unknown, limit: unknown): string {
  if (typeof replacement !== 'string') return fallBack()
  const parts = text.split(pattern)
  const count = typeof limit === 'number' ? Math.min(Math.ceil(limit), parts.length - 1) : parts.length - 1
  fitText(text.length + count * replacement.length)
  const tail = parts.slice(count).join(pattern)
  return [...parts.slice(0, count), tail].join(replacement)
}

function called(replacement: unknown, found: Match): string {
  if (typeof replacement !== 'function') return fallBack()
  const given: unknown = replacement(found)
  return typeof given === 'string' ? given : fallBack()
}

/** `$0` the match, `$1` a group, `$$` a dollar. With ten groups and more, two digits are read where that is a group. */
function substitute(template: string, { match: text, groups }: Match): string {
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

export const functions = { contains, match, replace, split }
