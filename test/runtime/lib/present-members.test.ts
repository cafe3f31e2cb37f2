/** Members that are null or empty text are absent, whatever their depth. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { presentMembers } from '../../../runtime/lib/present-members.ts'
import type { Json } from '../../../runtime/ports/types.ts'

const cases: readonly (readonly [what: string, value: string, expected: string])[] = [
  ['null', '{"a":null,"b":1}', '{"b":1}'],
  ['empty text', '{"a":"","b":" "}', '{"b":" "}'],
  ['other empty values stay', '{"a":0,"b":false,"c":[],"d":{}}', '{"a":0,"b":false,"c":[],"d":{}}'],
  ['within objects and lists', '{"a":{"b":null,"c":[{"d":""},{"d":1}]}}', '{"a":{"c":[{},{"d":1}]}}'],
  ['elements of lists stay', '{"a":[null,"",1]}', '{"a":[null,"",1]}'],
  ['a list', '[{"a":null}]', '[{}]'],
  ['null itself', 'null', 'null'],
  ['a member named __proto__', '{"a":null,"__proto__":{"b":null,"c":1}}', '{"__proto__":{"c":1}}'],
  ['the order of members', '{"z":1,"a":null,"y":2,"b":"","x":3}', '{"z":1,"y":2,"x":3}'],
]

test.each(cases)('%s', (_, value, expected) => {
  expect(JSON.stringify(presentMembers(JSON.parse(value)))).toBe(expected)
})

test('is what a reviver gives, leaves its argument as it is, and copies nothing without a reason', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (any) => {
      const text = JSON.stringify(any)
      const value = JSON.parse(text) as Json
      const present = presentMembers(value)
      const expected = JSON.parse(text, function (this: unknown, _, member) {
        return (member === null || member === '') && !Array.isArray(this) && _ !== '' ? undefined : member
      })
      if (!hasEmptyName(value)) expect(present).toEqual(expected)
      expect(JSON.stringify(value)).toBe(text)
      expect(presentMembers(present)).toBe(present)
    }),
  )
})

/** The reviver above cannot tell such a member from the whole value. */
function hasEmptyName(value: Json | undefined): boolean {
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(value).some(([name, member]) => name === '' || hasEmptyName(member))
}
