/** A mapping copied as the start of another: only its name and the first word of its key differ. */
import { expect, test } from 'vitest'
import { copyMapping, wordOf } from '../../../runtime/spec-editing/copy-mapping.ts'

const NEW = { metric: 'New One', keyWord: 'new-one' }

const COPIES: readonly (readonly [what: string, text: string, copy: string | undefined])[] = [
  ['plain', 'metric: A\nkey: [a, id]\n', 'metric: New One\nkey: [new-one, id]\n'],
  ['comments stay', '# x\nmetric: A # y\nkey: [a, id] # z\n', '# x\nmetric: New One # y\nkey: [new-one, id] # z\n'],
  ['a key as a block', 'metric: A\nkey:\n  - a-b\n  - id\n', 'metric: New One\nkey:\n  - new-one\n  - id\n'],
  ['the key before the metric', 'key: ["a", id]\nmetric: "A"\n', 'key: [new-one, id]\nmetric: New One\n'],
  ['a key of one expression', 'metric: A\nkey: [id]\n', 'metric: New One\nkey: [id]\n'],
  ['turned off', 'metric: A\nenabled: false\nkey: [a, id]\n', 'metric: New One\nenabled: true\nkey: [new-one, id]\n'],
  ['no metric', 'properties: {}\n', undefined],
  ['errors', 'metric: [\n', undefined],
  ['no map', '- a\n', undefined],
]

test.each(COPIES)('%s', (_, text, copy) => {
  expect(copyMapping(text, NEW)).toBe(copy)
})

test('quotes a name that is no plain text', () => {
  expect(copyMapping('metric: A\n', { ...NEW, metric: 'a: b #c' })).toBe('metric: "a: b #c"\n')
  expect(copyMapping('metric: A\n', { ...NEW, metric: 'yes' })).toMatch(/^metric: "?yes"?\n$/)
})

test.each([
  ['Submitted Ticket', 'submitted-ticket'],
  ['  Über: Größe!  ', 'uber-gro-e'],
  ['評価', 'metric'],
])('%s is the word %s', (metric, word) => {
  expect(wordOf(metric)).toBe(word)
})
