/** Regular expressions, and the built-in functions that take them. The interpreter's own must be waited for. */
import { fitText, rerun, spend } from './budget.ts'
import { Sequence } from './sequence.ts'

interface Match {
  readonly match: string
  readonly start: number
  readonly end: number
  readonly groups: readonly (string | undefined)[]
}

type Finder = (text: string) => Generator<Match>

/** A regular expression is a function to JSONata; these are ours. */
const finders = new WeakMap<object, Finder>()

/** `/source/flags` as a value. */
export function regex(source: string, flags: string): object {
  const matcher = () => rerun()
  finders.set(matcher, (text) => matches(new RegExp(source, flags), text))
  return matcher
}

function* matches(pattern: RegExp, text: string): Generator<Match> {
  for (let first = true; first || pattern.lastIndex < text.length; first = false) {
    spend(1)
    const found = pattern.exec(text)
    if (found === null) return
    // An empty match never gets any further. The first is taken; asking for the next is an error.
    if (!first && found[0] === '') rerun()
    yield { match: found[0], start: found.index, end: found.index + found[0].length, groups: found.slice(1) }
  }
}

/** Functions of the expression may be matchers, too; those are left to the interpreter. */
const finder = (matcher: unknown): Finder =>
  (typeof matcher === 'function' ? finders.get(matcher) : undefined) ?? rerun()

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
  return finder(token)(text).next().done !== true
}

export function match(text: unknown, pattern: unknown, limit: unknown): unknown {
  if (typeof text !== 'string') return undefined
  if (typeof limit === 'number' && limit < 0) rerun()
  if (typeof limit === 'number' && limit <= 0) return new Sequence([])
  const found = limited(finder(pattern)(text), limit)
  return new Sequence(Array.from(found, (each) => ({ match: each.match, index: each.start, groups: [...each.groups] })))
}

export function split(text: unknown, separator: unknown, limit: unknown): unknown {
  if (typeof text !== 'string') return undefined
  if (typeof limit === 'number' && limit < 0) rerun()
  if (typeof limit === 'number' && limit <= 0) return []
  if (typeof separator === 'string') return text.split(separator, limit as number | undefined)
  const parts: string[] = []
  let start = 0
  for (const { start: at, end } of limited(finder(separator)(text), limit)) {
    parts.push(text.slice(start, at))
    start = end
  }
  if (limit === undefined || parts.length < Number(limit)) parts.push(text.slice(start))
  return parts
}

export function replace(text: unknown, pattern: unknown, replacement: unknown, limit: unknown): unknown {
  if (typeof text !== 'string') return undefined
  if (pattern === '' || (typeof limit === 'number' && limit < 0)) rerun()
  if (typeof limit === 'number' && limit <= 0) return text
  if (typeof pattern === 'string') return replaceText(text, pattern, replacement, limit)
  let result = ''
  let start = 0
  for (const each of limited(finder(pattern)(text), limit)) {
    const given = typeof replacement === 'string' ? substitute(replacement, each) : called(replacement, each)
    result += text.slice(start, each.start) + given
    start = each.start + each.match.length
    fitText(result.length)
  }
  return result + text.slice(start)
}

function replaceText(text: string, pattern: string, replacement: unknown, limit: unknown): string {
  if (typeof replacement !== 'string') return rerun()
  const parts = text.split(pattern)
  const count = typeof limit === 'number' ? Math.min(Math.ceil(limit), parts.length - 1) : parts.length - 1
  fitText(text.length + count * replacement.length)
  const tail = parts.slice(count).join(pattern)
  return [...parts.slice(0, count), tail].join(replacement)
}

function called(replacement: unknown, { match: text, start, end, groups }: Match): string {
  if (typeof replacement !== 'function') return rerun()
  const given: unknown = replacement({ match: text, start, end, groups: [...groups], next: () => rerun() })
  return typeof given === 'string' ? given : rerun()
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
