/** Our own messages for JSONata's error codes. JSONata's messages quote values, which may be personal data. */

import { LIMIT_ERRORS } from './limit-errors.ts'

interface JsonataErrorInfo {
  readonly code: string
  /** A token of the expression: an operator, a function's name. Never a value of the record. */
  readonly token?: string
  /** The token the grammar expected. Trusted for syntax errors (`S…`) only. */
  readonly expected?: string
  /** Which argument of a call is wrong, in words. */
  readonly argument?: string
  /** Types of the values that failed, in words. */
  readonly types?: readonly string[]
}

const MESSAGES: Readonly<Record<string, (error: JsonataErrorInfo) => string>> = {
  S0101: () => 'a string is not closed by a matching quote',
  S0102: ({ token }) => `the number ${token} is out of range`,
  S0103: ({ token }) => `\\${token} is not an escape sequence`,
  S0104: () => '\\u must be followed by four hex digits',
  S0105: () => 'a quoted name is not closed by a backquote',
  S0106: () => 'a comment is not closed by */',
  S0201: ({ token }) => (token ? `"${token}" is not expected here` : 'syntax error'),
  S0202: ({ token, expected }) => `expected "${expected}", got "${token}"`,
  S0203: ({ expected }) => `expected "${expected}" before the end of the expression`,
  S0204: ({ token }) => `"${token}" is not an operator`,
  S0207: () => 'the expression ends too early',
  S0208: () => 'a parameter must be a variable name, starting with $',
  S0211: ({ token }) => `"${token}" is not expected here`,
  S0212: () => 'the left side of := must be a variable name, starting with $',
  S0213: () => 'a number, true, false or null cannot be a step of a path',
  S0301: () => 'a regular expression is empty',
  S0302: () => 'a regular expression is not closed by /',
  T0410: ({ token, argument }) =>
    argument ?? `an argument of ${formatCall(token)} is of the wrong type, or there are too many or too few`,
  T0411: ({ token, argument }) =>
    argument ?? `${formatCall(token)} has no argument, and the context is of the wrong type for it`,
  T0412: ({ token, argument }) =>
    argument ?? `an argument of ${formatCall(token)} is a list with items of the wrong type`,
  D1001: () => 'a number is out of range',
  D1002: ({ types }) => `only a number can be negated${formatNot(types)}`,
  D1004: () => 'a regular expression matched an empty string, and would match it forever',
  D1013: () => 'the key of an object must not be _jsonata_lambda or _jsonata_function',
  T1003: ({ types }) => `the key of an object must be a string${formatNot(types)}`,
  T1005: ({ token }) => `"${token}" was called without its $`,
  T1006: ({ token }) => `${formatCall(token)} is not a function`,
  D1009: () => 'two keys of an object are the same',
  D1011: () => 'it calls itself too deeply',
  T2001: ({ token, types }) => `the left side of ${token} ${formatIs(types)}not a number`,
  T2002: ({ token, types }) => `the right side of ${token} ${formatIs(types)}not a number`,
  T2003: () => 'the left side of .. is not a whole number',
  T2004: () => 'the right side of .. is not a whole number',
  T2006: () => 'the right side of ~> is not a function',
  T2007: ({ types }) => `values of different types cannot be sorted${formatPair(types)}`,
  T2008: ({ types }) => `only numbers and strings can be sorted${formatNot(types)}`,
  T2009: ({ token, types }) => `the two sides of ${token} are of different types${formatPair(types)}`,
  T2010: ({ token, types }) => `the two sides of ${token} must be numbers or strings${formatNot(types)}`,
  D3001: () => 'a number is out of range',
  D3010: () => 'the pattern of $replace is an empty string',
  D3012: () => 'the replacement of $replace is not a string',
  D3030: () => 'a value cannot be read as a number',
  D3050: () => 'the function passed to $reduce must take two arguments',
  D3060: () => 'the argument of $sqrt is negative',
  D3061: () => 'the result of $power is out of range',
  D3070: () => '$sort without a function takes only strings or only numbers',
  D3110: () => 'the argument of $toMillis is not an ISO 8601 time',
  D3137: () => 'the expression called $error()',
  D3138: () => '$single found more than one item',
  D3139: () => '$single found no item',
  D3141: () => 'the condition of $assert() is false',
}

const formatCall = (token: string | undefined): string => (token ? `$${token}` : 'a function')

/** `is a string, ` before `not a number`. */
const formatIs = (types: readonly string[] = []): string => `is ${types[0] === undefined ? '' : `${types[0]}, `}`

const formatNot = (types: readonly string[] = []): string => (types[0] === undefined ? '' : `, not ${types[0]}`)

const formatPair = (types: readonly string[] = []): string =>
  types.length < 2 ? '' : `: ${types.slice(0, 2).join(' and ')}`

/** One sentence for an error code, without a value of the record. */
export function explainError(error: JsonataErrorInfo): string {
  const atLimit = LIMIT_ERRORS[error.code]
  if (atLimit !== undefined) return atLimit
  return MESSAGES[error.code]?.(error) ?? (error.token ? `JSONata error near "${error.token}"` : 'JSONata error')
}
