/** Faults of calls and operators name the argument and the types, and quote no value. */
import { expect, test } from 'vitest'
import type { FunctionTable } from '../../../runtime/expression/functions.ts'
import { compileExpression } from '../../../runtime/expression/link.ts'
import type { Fault } from '../../../runtime/ports/fault.ts'

const functions: FunctionTable = [
  {
    name: 'shout',
    signature: '<s-n?:s>',
    run: (text) => `${String(text)}!`,
    doc: '',
    example: { expr: '', gives: '' },
  },
]
const input = { n: 4711, s: 'secret', numbers: [4711, 4712], mixed: [4711, 'secret'], o: { flag: true, one: [4711] } }

const messages: readonly (readonly [text: string, message: string])[] = [
  ['$substring(n, 0, 3)', 'argument 1 of $substring is a number, not a string'],
  ['$substring(s, s)', 'argument 2 of $substring is a string, not a number'],
  ['n ~> $substring(0, 1)', 'argument 1 of $substring is a number, not a string'],
  ['$uppercase(numbers)', 'argument 1 of $uppercase is a list, not a string'],
  ['$uppercase(o.one)', 'argument 1 of $uppercase is a list, not a string'],
  ['$uppercase(o.flag)', 'argument 1 of $uppercase is a boolean, not a string'],
  ['$lowercase(s) & $lowercase(o)', 'argument 1 of $lowercase is an object, not a string'],
  ['[s, n].$uppercase($)', 'argument 1 of $uppercase is a number, not a string'],
  ['$map(numbers, missing)', 'argument 2 of $map is absent'],
  ['$filter(numbers, n)', 'argument 2 of $filter is a number, not a function'],
  ['$split(s, n)', 'argument 2 of $split is a number, not a string or a function'],
  ['$join(numbers)', 'argument 1 of $join is a list with a number in it, not only strings'],
  ['$sum(mixed)', 'argument 1 of $sum is a list with a string in it, not only numbers'],
  ['$sum(s)', 'argument 1 of $sum is a string, not a list of numbers'],
  ['$uppercase(s, s)', '$uppercase takes 1 argument, not 2'],
  ['$substring(s)', '$substring takes 2 to 3 arguments, not 1'],
  ['n.$uppercase()', '$uppercase has no argument, and the context is of the wrong type for it'],
  ['$shout(n)', 'argument 1 of $shout is a number, not a string'],
  ['s + 1', 'the left side of + is a string, not a number'],
  ['1 - o', 'the right side of - is an object, not a number'],
  ['n < s', 'the two sides of < are of different types: a number and a string'],
  ['n < numbers', 'the two sides of < must be numbers or strings, not a list'],
  ['-s', 'only a number can be negated, not a string'],
  ['{ n: 1 }', 'the key of an object must be a string, not a number'],
  ['mixed^($)', 'values of different types cannot be sorted: a number and a string'],
]

test.each(messages)('%s', async (text, message) => {
  const expression = compileExpression(text, { place: 'a.yaml:1:1' }, functions)
  const fault = await Promise.resolve()
    .then(() => expression.evaluate(input))
    .then(
      () => undefined,
      (error: Fault) => error,
    )
  expect(fault?.message).toBe(`the expression failed: ${message}`)
  expect(JSON.stringify(fault?.info())).not.toMatch(/secret|471/)
})

// Compiled code fails without a message; the interpreter then finds it. This one is never compiled.
test('an expression that is not compiled has the same message', async () => {
  const expression = compileExpression('[$v := $uppercase(o.flag), $v]', { place: 'a.yaml:1:1' }, functions)
  expect(expression.notCompiled).toBeDefined()
  await expect(expression.evaluate(input)).rejects.toThrow('argument 1 of $uppercase is a boolean, not a string')
})

test('what cannot be told apart is not guessed', async () => {
  const expression = compileExpression('n ~> $uppercase', { place: 'a.yaml:1:1' }, functions)
  await expect(Promise.resolve().then(() => expression.evaluate(input))).rejects.toThrow(
    'an argument of a function is of the wrong type',
  )
})
