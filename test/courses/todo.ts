/** Courses that do not pass yet, and what each waits for. Remove a line as soon as its course passes. */

const EVIDENCE = 'every part of a notice as evidence, in the lane of its own age'
const CONVERTED = 'replies of a ticket count once, also where its conversation does not tell when the ticket began'
const ADDRESS = 'the profile of a contact without a notice before the change, whose id at Klaviyo is unknown'
const LARGE = 'texts and attributes over a limit are cut or left out'

export const TODO: Readonly<Record<string, string>> = {
  'lead-does-everything': 'one lane for an event that happened just before live delivery began',
  'merged-lead-not-found': 'the conversation as Intercom has it now, if no contact of its notice exists',
  'notices-days-late': EVIDENCE,
  'submitted-and-resolved-at-once': EVIDENCE,
  'hold-notice-lost': EVIDENCE,
  'first-notices-lost': EVIDENCE,
  'ticket-notices-days-late': EVIDENCE,
  'hold-notice-days-late': EVIDENCE,
  'ticket-reply-notice-lost': EVIDENCE,
  'fin-and-teammate-rated': EVIDENCE,
  'ticket-from-conversation': CONVERTED,
  'address-changed': ADDRESS,
  'attribute-too-large': LARGE,
}
