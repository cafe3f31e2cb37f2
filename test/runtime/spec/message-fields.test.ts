/** Each expression of the shipped spec is found by its place, and by the field that it gives. */
import { expect, test } from 'vitest'
import { loadConnectorSpec } from '../../../connector/spec.ts'
import { fieldAt, placeOfField } from '../../../runtime/spec/message-fields.ts'

const spec = await loadConnectorSpec()

test('every property, key, time, contact and rule, by the place of its expression', () => {
  for (const { metric, properties, key, time, contact, each, when, skip } of spec.mappings) {
    const parts = { time, contact, each, when, key: key.at(-1), skip: skip[0]?.when }
    const named = [
      ...Object.entries(parts).flatMap(([name, expr]) => (expr === undefined ? [] : [[name, expr] as const])),
      ...properties.map(({ name, expr }) => [`properties.${name}`, expr] as const),
    ]
    for (const [field, expr] of named) {
      expect(fieldAt(expr.place, spec), expr.place).toBe(field)
      if (field !== 'key') expect(placeOfField(field, metric, spec)).toBe(expr.place)
    }
  }
  for (const { name, expr } of spec.profile.attributes) {
    expect(fieldAt(expr.place, spec)).toBe(`profile.${name}`)
    expect(placeOfField(`profile.${name}`, undefined, spec)).toBe(expr.place)
  }
  for (const { name, key } of spec.lookups.values())
    if (key !== undefined) expect(fieldAt(key.place, spec)).toBe(`lookups.${name}`)
})

test.each([
  [
    'inside of an expression of several lines',
    (line: number) => `mappings/rated-conversation.yaml:${line + 3}:9`,
    'each',
  ],
  ['before the first expression', () => 'mappings/rated-conversation.yaml:1:1', undefined],
  ['after the last line of an expression', () => 'mappings/rated-conversation.yaml:9999:1', undefined],
  ['of a file that is not there', () => 'mappings/gone.yaml:3:1', undefined],
  ['that is none', () => 'somewhere', undefined],
])('a place %s', (_, placeAt, field) => {
  const each = spec.mappings.find(({ metric }) => metric === 'Rated Conversation')?.each?.place ?? ''
  expect(fieldAt(placeAt(Number(each.split(':')[1])), spec)).toBe(field)
})

test.each([
  ['profile.location.city', 'profile.location.city'],
  ['properties.Conversation Rating.0', 'properties.Conversation Rating'],
])('%s is mapped where %s is', (field, mapped) => {
  const place = placeOfField(field, 'Rated Conversation', spec)
  expect(place).toBeDefined()
  expect(place).toBe(placeOfField(mapped, 'Rated Conversation', spec))
})

test('no line is named for what nothing maps, or what another metric maps', () => {
  expect(placeOfField('properties.Unknown', 'Rated Conversation', spec)).toBeUndefined()
  expect(placeOfField('properties.Conversation Rating', 'Created Ticket', spec)).toBeUndefined()
})
