/** Literals that a built-in function accepts and cannot use: a regular expression as text, pictures and zones of times. */
import type { Node } from '../../compiler/ast.ts'
import type { FunctionTable } from '../../functions.ts'
import type { Problem } from '../../parse.ts'
import { readPath } from './operation.ts'
import { spanOfLiteral } from './spans.ts'

export interface LiteralCall {
  readonly name: string
  readonly args: readonly Node[]
  /** The left side of `~>` is the first argument. */
  readonly isChained: boolean
  readonly text: string
  readonly functions: FunctionTable
}

type Words = Omit<Problem, 'span' | 'code'>

export function checkPatterns({ name, args, isChained, text, functions }: LiteralCall): readonly Problem[] {
  const shift = isChained ? 1 : 0
  const swapped = isChained ? undefined : findSwapped(name, args, text)
  if (swapped !== undefined) return [swapped]
  return args.flatMap((literal, index) => {
    if (literal.type !== 'string') return []
    const value = String(literal.value)
    const at = index + shift
    const words =
      PATTERN_FUNCTIONS.has(name) && at < 2 ? checkPattern(name, value, args[0]) : checkTime(name, at, value)
    if (words === undefined) return []
    const zoneHelp = functions.some((each) => each.name === 'localTime') ? LOCAL_TIME : ''
    const help = words.help === ZONE ? ZONE + zoneHelp : words.help
    return [{ code: 'pattern', ...words, ...(help && { help }), span: spanOfLiteral(literal, text) }]
  })
}

/** `$contains("open", state)`. A list of words as one text may well hold the value of a field. */
function findSwapped(name: string, [first, second]: readonly Node[], text: string): Problem | undefined {
  const path = second && readPath(second)
  const takesText = PATTERN_FUNCTIONS.has(name) || name === 'substringBefore' || name === 'substringAfter'
  if (!takesText || path === undefined || first?.type !== 'string') return undefined
  if (name === 'contains' && /[\s,;|/]/.test(String(first.value))) return undefined
  const span = spanOfLiteral(first, text)
  const word = text.slice(...span)
  const message = `$${name} takes the text to search first, and then what it looks for`
  return { code: 'swapped-arguments', message, help: `write $${name}(${path}, ${word})`, span }
}

const PATTERN_FUNCTIONS: ReadonlySet<string> = new Set(['contains', 'match', 'replace', 'split'])

/** `^a`, `.*`, `\d`, `[a-z]`, `a|b`, `(?:`: signs that an ordinary text has rarely together. */
const REGEX_SIGNS = /^\^.|\.[*+]|\\[dDwWsSb]|\[\^|\[\w-\w|\w\|\w|\(\?/
const REGEX_IN_SLASHES = /^\/(.+)\/([gimsuy]*)$/
const ADDRESS = /url|uri|path|link|href|referrer|image|avatar/i

function checkPattern(name: string, value: string, subject: Node | undefined): Words | undefined {
  const [, source, flags = ''] = REGEX_IN_SLASHES.exec(value) ?? []
  const isAddress = ADDRESS.test((subject && readPath(subject)) ?? '')
  const isRegex = REGEX_SIGNS.test(value) || (source !== undefined && (flags !== '' || !isAddress))
  if (!isRegex && name !== 'match') return undefined
  const message =
    name === 'match'
      ? '$match takes a regular expression, not a text'
      : `${JSON.stringify(value)} is a text for $${name}, which looks for exactly these characters`
  const regex = source === undefined ? `/${value.replaceAll('/', '\\/')}/` : `/${source}/${flags.replace(/[^im]/g, '')}`
  return { message, help: `write a regular expression without quotes: ${regex}` }
}

/** Positions of the picture and of the zone. */
const TIME_ARGUMENTS: Readonly<Record<string, { readonly picture: number; readonly zone?: number }>> = {
  fromMillis: { picture: 1, zone: 2 },
  now: { picture: 0, zone: 1 },
  toMillis: { picture: 1 },
}

function checkTime(name: string, at: number, value: string): Words | undefined {
  const { picture, zone } = (Object.hasOwn(TIME_ARGUMENTS, name) ? TIME_ARGUMENTS[name] : undefined) ?? {}
  if (at === picture) return checkPicture(value)
  if (at !== zone || /^[+-]?\d{4}$/.test(value)) return undefined
  return { message: `"${value}" is no offset from UTC: the time becomes NaN or another`, help: ZONE }
}

const ZONE = 'write an offset such as "+0100"'
const LOCAL_TIME = '; for a zone with daylight saving, $localTime(time, "Europe/Dublin")'
const MARKERS = 'write markers in brackets: [Y0001]-[M01]-[D01] [H01]:[m01]'

/** A component, and how it is written: digits, a name, letters or roman numbers; a width after a comma. */
const MARKER = /^([YMDdFWwXxHhPmsfZzCE])(?:[#\d,.:']*|N|n|Nn|W|w|Ww|I|i|A|a)[oct]?(?:,[\d*-]+)?$/

function checkPicture(picture: string): Words | undefined {
  const markers = [...picture.replaceAll('[[', '').matchAll(/\[([^\]]*)\]/g)].map(([, each = '']) =>
    each.replace(/\s/g, ''),
  )
  if (markers.length === 0)
    return {
      message: `the picture "${picture}" has no marker in brackets, so that it takes nothing from the time`,
      help: MARKERS,
    }
  const wrong = markers.find((marker) => !MARKER.test(marker))
  if (wrong !== undefined)
    return { message: `"[${wrong}]" is no marker of a time, so that each call fails`, help: MARKERS }
  const has = (...letters: readonly string[]) => markers.some((marker) => letters.includes(marker[0] ?? ''))
  if (has('m') && !has('H', 'h') && has('Y', 'D'))
    return { message: `[m] in the picture "${picture}" is minutes`, help: 'the month is [M01]' }
  if (has('M') && !has('m') && /\[[Hh][^\]]*\]:\[M/.test(picture))
    return { message: `[M] after the hour in the picture "${picture}" is the month`, help: 'minutes are [m01]' }
  return undefined
}
