/** The value of an event and its currency: what is sent, and what is left out and told. */
import { expect, test } from 'vitest'
import { bulkEntry, eventBody } from '../../../../connector/klaviyo/request-bodies.ts'
import { getPath } from '../../../../runtime/lib/json.ts'
import type { Json, JsonObject, MetricEvent } from '../../../../runtime/ports/types.ts'
import { event, limits } from '../../../helpers/klaviyo.ts'

type Worth = Pick<MetricEvent, 'value' | 'currency'>

const sent = (text: string, ...path: string[]): JsonObject => {
  const { value, value_currency } = (getPath(JSON.parse(text) as Json, ...path) ?? {}) as JsonObject
  return { value, value_currency }
}

const NOT_A_NUMBER = 'not a number'
const NO_CODE = 'its currency is not a code of three letters'

test.each<[Worth, JsonObject, string?]>([
  [{}, {}],
  [{ value: 12.5 }, { value: 12.5 }],
  [{ value: 0 }, { value: 0 }],
  [{ value: '12.50' }, { value: 12.5 }],
  [{ value: ' -3 ' }, { value: -3 }],
  [
    { value: 12.5, currency: 'EUR' },
    { value: 12.5, value_currency: 'EUR' },
  ],
  [
    { value: 12.5, currency: ' eur ' },
    { value: 12.5, value_currency: 'EUR' },
  ],
  [{ currency: 'EUR' }, {}],
  [{ currency: null }, {}],
  [{ value: '12,50' }, {}, NOT_A_NUMBER],
  [{ value: '€12' }, {}, NOT_A_NUMBER],
  [{ value: '0x1f' }, {}, NOT_A_NUMBER],
  [{ value: ' ' }, {}, NOT_A_NUMBER],
  [{ value: true, currency: 'EUR' }, {}, NOT_A_NUMBER],
  [{ value: [1, 2] }, {}, NOT_A_NUMBER],
  [{ value: 12.5, currency: 'euro' }, {}, NO_CODE],
  [{ value: 12.5, currency: 978 }, {}, NO_CODE],
  [{ value: 12.5, currency: null }, {}, 'its currency is missing'],
])('%j', (worth, expected, reason) => {
  const message = event('a', worth)
  const changes = reason === undefined ? [] : [{ field: 'value', action: 'omitted', reason }]
  const live = eventBody(message, limits)
  expect(sent(live.text, 'data', 'attributes')).toEqual(expected)
  expect(live.changes).toEqual(changes)
  for (const lane of ['live', 'backfill'] as const) {
    const entry = bulkEntry(message, lane, limits)
    const [first] = getPath(JSON.parse(entry.text) as Json, 'attributes', 'events', 'data') as readonly Json[]
    expect(sent(JSON.stringify(first), 'attributes')).toEqual(expected)
    expect(entry.changes).toEqual(changes)
  }
})
