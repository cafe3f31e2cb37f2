/** Validation rules for the bodies of segments and flows: their structure, and conditions on metrics. */
import { isObject } from '../../../runtime/lib/json.ts'
import { type FieldRule, type Fields, isList, type ValueCheck } from './rules.ts'
import { equals } from './values.ts'

const required = (rule: FieldRule): FieldRule => ({ ...rule, required: true })
const text = (checks: readonly ValueCheck[] = []): FieldRule => required({ kinds: ['string'], checks })
const object = (resource: string, fields: Fields): FieldRule => ({ kinds: ['object'], resource, fields })
const list = (items: FieldRule, checks: readonly ValueCheck[] = []): FieldRule =>
  required({ kinds: ['array'], items, checks })

const nonEmpty: ValueCheck = (value) =>
  isList(value) && value.length === 0 ? [{ detail: 'This list must not be empty.' }] : []
const exactlyOne: ValueCheck = (value) =>
  isList(value) && value.length !== 1 ? [{ detail: 'Exactly one trigger is supported.' }] : []

/** Conditions on anything but a metric are not validated. */
const metricCondition: ValueCheck = (value) => {
  if (!isObject(value) || value.type !== 'profile-metric') return []
  const missing = ['metric_id', 'measurement', 'measurement_filter', 'timeframe_filter'].filter(
    (key) => !(key in value),
  )
  return missing.map((key) => ({ detail: `'${key}' is a required field for the resource 'segment'.`, at: `/${key}` }))
}

const entryActionExists: ValueCheck = (value) => {
  if (!isObject(value) || !isList(value.actions)) return []
  const names = value.actions.map((action) => (isObject(action) ? action.temporary_id : undefined))
  if (names.includes(value.entry_action_id)) return []
  return [{ detail: 'entry_action_id names no action.', at: '/entry_action_id' }]
}

const document = (type: string, definition: FieldRule): FieldRule =>
  object('document', {
    data: required(
      object(type, {
        type: text(equals(type)),
        attributes: required(
          object(type, { name: text(), definition: required(definition), is_starred: { kinds: ['boolean'] } }),
        ),
      }),
    ),
  })

const CONDITION: FieldRule = { kinds: ['object'], checks: [metricCondition] }
const GROUP = object('condition_group', { conditions: list(CONDITION, [nonEmpty]) })

/** `POST /api/segments` */
export const CREATE_SEGMENT = document('segment', object('definition', { condition_groups: list(GROUP, [nonEmpty]) }))

/** `POST /api/flows` */
export const CREATE_FLOW = document('flow', {
  ...object('definition', {
    triggers: list({ kinds: ['object'] }, [exactlyOne]),
    profile_filter: { kinds: ['object', 'null'] },
    entry_action_id: text(),
    actions: list({ kinds: ['object'] }, [nonEmpty]),
    reentry_criteria: { kinds: ['object', 'null'] },
  }),
  checks: [entryActionExists],
})
