/** Validation rules for queries of metric aggregates. */
import { type FieldRule, type Fields, isList, type ValueCheck } from './rules.ts'
import { equals } from './values.ts'

const required = (rule: FieldRule): FieldRule => ({ ...rule, required: true })
const TEXT: FieldRule = { kinds: ['string'] }
const object = (resource: string, fields: Fields): FieldRule => ({ kinds: ['object'], resource, fields })

const nonEmpty: ValueCheck = (value) =>
  isList(value) && value.length === 0 ? [{ detail: 'This list must not be empty.' }] : []

const oneOf =
  (...words: readonly string[]): ValueCheck =>
  (value) =>
    words.includes(String(value)) ? [] : [{ detail: `Expected one of ${words.join(', ')}.` }]

/** The sandbox keeps no profile and no dimension of old events. */
const countable: ValueCheck = (value) =>
  value === 'unique' ? [{ detail: 'The sandbox counts no unique profiles.' }] : []
const ungrouped: ValueCheck = (value) =>
  isList(value) && value.length > 0 ? [{ detail: 'The sandbox groups by no dimension.' }] : []
const inUtc: ValueCheck = (value) => (value === 'UTC' ? [] : [{ detail: 'The sandbox counts in UTC only.' }])

const MEASUREMENT: FieldRule = { ...TEXT, checks: [oneOf('count', 'sum_value', 'unique'), countable] }

const ATTRIBUTES = object('metric-aggregate', {
  metric_id: required(TEXT),
  page_cursor: TEXT,
  measurements: required({ kinds: ['array'], items: MEASUREMENT, checks: [nonEmpty] }),
  interval: { kinds: ['string', 'null'], checks: [oneOf('hour', 'day', 'week', 'month')] },
  page_size: { kinds: ['number', 'null'] },
  by: { kinds: ['array', 'null'], items: TEXT, checks: [ungrouped] },
  return_fields: { kinds: ['array', 'null'], items: TEXT },
  filter: required({ kinds: ['array'], items: TEXT, checks: [nonEmpty] }),
  timezone: { kinds: ['string', 'null'], checks: [inUtc] },
  sort: TEXT,
})

/** `POST /api/metric-aggregates` */
export const QUERY_METRIC_AGGREGATES = object('document', {
  data: required(
    object('metric-aggregate', {
      type: required({ ...TEXT, checks: equals('metric-aggregate') }),
      attributes: required(ATTRIBUTES),
    }),
  ),
})
