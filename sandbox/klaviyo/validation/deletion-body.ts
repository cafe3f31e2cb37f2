/** Validation rules for the body of a deletion: exactly one identifier of a profile. */
import { isObject } from '../../../runtime/lib/json.ts'
import type { FieldRule, Fields, ValueCheck } from './rules.ts'
import { emailChecks, equals, phoneChecks } from './values.ts'

const object = (resource: string, fields: Fields, checks: readonly ValueCheck[] = []): FieldRule => ({
  kinds: ['object'],
  required: true,
  resource,
  fields,
  checks,
})

const type = (name: string): FieldRule => ({ kinds: ['string'], required: true, checks: equals(name) })

const oneIdentifier: ValueCheck = (value) => {
  if (!isObject(value) || !isObject(value.attributes)) return []
  const { email, phone_number } = value.attributes
  const given = [value.id, email, phone_number].filter((each) => typeof each === 'string')
  return given.length === 1 ? [] : [{ detail: 'Exactly one of id, email and phone_number is required.' }]
}

const PROFILE = object(
  'profile',
  {
    type: type('profile'),
    id: { kinds: ['string', 'null'] },
    attributes: object('profile', {
      email: { kinds: ['string', 'null'], checks: emailChecks },
      phone_number: { kinds: ['string', 'null'], checks: phoneChecks },
    }),
  },
  [oneIdentifier],
)

/** `POST /api/data-privacy-deletion-jobs` */
export const DELETE_PROFILE = object('document', {
  data: object('data-privacy-deletion-job', {
    type: type('data-privacy-deletion-job'),
    attributes: object('data-privacy-deletion-job', { profile: object('document', { data: PROFILE }) }),
  }),
})
