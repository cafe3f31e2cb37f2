/** Courses that do not pass yet, and what each waits for. Remove a line as soon as its course passes. */

const IDENTITY = 'events that wait until their contact is identified'
const CANDIDATES = 'contacts of a merge chain, and the next candidate after a 404'
const EVIDENCE = 'every part of a notice as evidence, in the lane of its own age'
const CONVERTED = 'replies of a ticket count once, also where its conversation does not tell when the ticket began'
const ADDRESS = 'the profile of a contact without a notice before the change, whose id at Klaviyo is unknown'
const LARGE = 'texts and attributes over a limit are cut or left out'

export const TODO: Readonly<Record<string, string>> = {
  'lead-gives-address': IDENTITY,
  'lead-gives-phone': IDENTITY,
  'lead-gives-invalid-phone': IDENTITY,
  'lead-gives-address-days-later': IDENTITY,
  'address-notice-lost': IDENTITY,
  'lead-goes-on-writing': IDENTITY,
  'lead-does-everything': IDENTITY,
  'lead-merged': IDENTITY,
  'merge-notice-lost': IDENTITY,
  'lead-signs-up': IDENTITY,
  'visitor-replies-after-sign-up': IDENTITY,
  'lead-submits-ticket': IDENTITY,
  'lead-merged-twice': CANDIDATES,
  'contact-not-found-yet': CANDIDATES,
  'merged-lead-not-found': CANDIDATES,
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
