/** A small function table for tests of the spec and of expressions. */
import type { FunctionTable } from '../../../runtime/expression/functions.ts'

export const functions: FunctionTable = [
  {
    name: 'phone',
    signature: '<x?s?:s>',
    doc: 'A phone number.',
    example: { expr: '$phone("1", "IE")', gives: 'IE 1' },
    checkLiteral: (position, value) =>
      position === 1 && String(value).length !== 2
        ? { message: `"${value}" is no country`, help: 'write two letters' }
        : undefined,
    run: (number, country) => (number === undefined ? undefined : [country, number].filter(Boolean).join(' ')),
  },
]
