/** Validation rules for the bodies of segments and flows: their structure, and conditions on metrics. */
import { isObject } from '../../../runtime/lib/json.ts'
import { type FieldRule, type Fields, isList, type ValueCheck } from './rules.ts'
import { equals } from './values.ts'

const need = (rule: FieldRule): FieldRule => ({ ...rule, required: true })
const text = (checks: readonly ValueCheck[] = []): FieldRule => need({ kinds: ['string'], checks })
const object = (resource: string, fields: Fields): FieldRule => ({ kinds: ['object'], resource, fields })
const list = (items: FieldRule, checks: readonly ValueCheck[] = []): FieldRule =>
  need({ kinds: ['array'], items, checks })

const several: ValueCheck = (value) =>
  isList(value) && value.length === 0 ? [{ detail: 'This list must not be empty.' }] : []
const one: ValueCheck = (value) =>
  isList(value) && value.length !== 1 ? [{ detail: 'Exactly one trigger is supported.' }] : []

/** Conditions on anything but a metric are not validated. */
const condition: ValueCheck = (value) => {
  if (!isObject(value) || value.type !== 'profile-metric') return []
  const missing = ['metric_id', 'measurement', 'measurement_filter', 'timeframe_filter'].filter(
    (key) => !(key in value),
  )
  return missing.map((key) => ({ detail: `'${key}' is a required field for the resource 'segment'.`, at: `/${key}` }))
}

const entered: ValueCheck = (value) => {
  if (!isObject(value) || !isList(value.actions)) return []
  const names = value.actions.map((action) => (isObject(action) ? action.temporary_id : undefined))
  if (names.includes(value.entry_action_id)) return []
  return [{ detail: 'entry_action_id names no action.', at: '/entry_action_id' }]
}

const document = (type: string, definition: FieldRule): FieldRule =>
  object('document', {
    data: need(
      object(type, {
        type: text(equals(type)),
        attributes: need(
          object(type, { name: text(), definition: need(definition), is_starred: { kinds: ['boolean'] } }),
        ),
      }),
    ),
  })

const CONDITION: FieldRule = { kinds: ['object'], checks: [condition] }
const GROUP = object('condition_group', { conditions: list(CONDITION, [several]) })

/** `POST /api/segments` */
export const CREATE_SEGMENT = document('segment', object('definition', { condition_groups: list(GROUP, [several]) }))

/** `POST /api/flows` */
export const CREATE_FLOW = document('flow', {
  ...object('definition', {
    triggers: list({ kinds: ['object'] }, [one]),
    profile_filter: { kinds: ['object', 'null'] },
    entry_action_id: text(),
    actions: list({ kinds: ['object'] }, [several]),
    reentry_criteria: { kinds: ['object', 'null'] },
  }),
  checks: [entered],
})
