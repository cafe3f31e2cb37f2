/** Why an event was not sent, and who acts if it should be. A mapping's own reasons are in its author's words. */

import { referenceUrl } from './fault-reference.ts'
import type { WaitReason } from './ports/types.ts'

export interface SkipReason {
  readonly reason: string
  /** A clause, for a table or the end of a line. */
  readonly meaning: string
  /** How to get such events delivered. Absent: nothing is wrong. */
  readonly action?: string
}

export const SKIP_REASONS: readonly SkipReason[] = [
  { reason: 'nothing-new', meaning: 'the check for missed webhooks found no event that webhooks had not reported' },
  { reason: 'no-occurrence', meaning: 'the record holds no event of any metric' },
  {
    reason: 'unknown-topic',
    meaning: 'no mapping uses the topic',
    action: 'unsubscribe from the topic, or add a mapping that uses it',
  },
  {
    reason: 'no-identity',
    meaning: 'the contact got neither an e-mail address nor a phone number while the event waited for one',
    action: 'add one to the contact; later events are then sent',
  },
  {
    reason: 'parts-unavailable',
    meaning: 'only the newest parts of a long record could be read; events in the others cannot be found',
  },
  { reason: 'outdated', meaning: 'a newer state of the contact was sent before; an older one must not overwrite it' },
  {
    reason: 'excluded-domain',
    meaning: 'contacts with an e-mail address of this domain are excluded',
    action: 'take the domain out of `people.exclude` in connector.yaml, then import the time again',
  },
  {
    reason: 'excluded-role',
    meaning: 'contacts of this role are excluded',
    action: 'take the role out of `people.exclude` in connector.yaml, then import the time again',
  },
  {
    reason: 'excluded-tag',
    meaning: 'contacts with a tag that this one has are excluded',
    action: 'take the tag off the contact, or out of `people.exclude` in connector.yaml, then import the time again',
  },
  { reason: 'contact-deleted', meaning: 'the contact was deleted, so nothing of it is sent any more' },
  {
    reason: 'contact-exists',
    meaning: 'the contact still exists, although its deletion was reported; the profile is not deleted',
  },
  { reason: 'contact-merged', meaning: 'the contact became part of another one, which keeps the profile' },
  {
    reason: 'profile-unknown',
    meaning: 'no delivery tells for certain which profile the deleted contact has, if any; none is deleted',
    action: 'delete the profile yourself, if there is one',
  },
  { reason: 'profile-gone', meaning: 'the profile of the deleted contact no longer exists' },
  {
    reason: 'profile-shared',
    meaning: 'another contact has the profile or the address of the deleted one; the profile is not deleted',
    action: 'delete the profile yourself, if it should be deleted anyway',
  },
  { reason: 'no-contact', meaning: 'the event names no contact' },
  { reason: 'contact-not-found', meaning: 'the contact was deleted' },
  { reason: 'resource-not-found', meaning: 'the object of the record was deleted' },
  { reason: 'already-delivered', meaning: 'the event was delivered before; nothing is counted twice' },
  {
    reason: 'already-waiting',
    meaning: 'the event waits for its contact in another record, which sends it',
  },
  {
    reason: 'before-since',
    meaning: 'the event happened before the start of the import',
    action: 'import again with an earlier start',
  },
  {
    reason: 'after-until',
    meaning: 'the event happened after the end of the import',
    action: 'import again with a later end',
  },
  {
    reason: 'after-live-began',
    meaning: 'the event is recent and happened after live delivery began, which delivers it',
    action: 'if its webhook was lost, import its time again with `--since` and `--until`',
  },
  {
    reason: 'not-selected',
    meaning: 'the import selected other metrics',
    action: 'import the metric too',
  },
  {
    reason: 'foreign-workspace',
    meaning: 'the record belongs to another account that installed the same app',
  },
  { reason: 'dismissed', meaning: 'a person dismissed the failed event; the record keeps their reason' },
  { reason: 'run-replaced', meaning: 'a newer import replaced the one that read the record' },
]

/** Why an event waits. Not skipped yet: it is sent as soon as that changes. */
export const WAIT_REASONS: readonly (SkipReason & { readonly reason: WaitReason })[] = [
  {
    reason: 'awaiting-identity',
    meaning: 'the contact has no e-mail address or phone number yet; the event is sent once it has one',
  },
  {
    reason: 'awaiting-contact',
    meaning: 'the contact cannot be found yet; it is looked for again for some minutes',
  },
  {
    reason: 'awaiting-confirmation',
    meaning: 'the operator has not confirmed yet that profiles of deleted contacts are deleted',
    action: 'confirm it on the overview of the console, or run `connector start --confirm-deletions`',
  },
  {
    reason: 'awaiting-deletion',
    meaning: 'the profile is deleted in some minutes, when the events under way have arrived',
  },
]

const waitReasons = new Set<string>(WAIT_REASONS.map(({ reason }) => reason))

export const isWaitReason = (reason: string): boolean => waitReasons.has(reason)

const byReason = new Map([...SKIP_REASONS, ...WAIT_REASONS].map((row): [string, SkipReason] => [row.reason, row]))

export const describeSkipReason = (reason: string): string =>
  byReason.get(reason)?.meaning ?? reason.replaceAll('-', ' ')

/** How to get such an event sent, as a clause. Undefined: nothing is wrong. */
export function actionOnSkip(reason: string): string | undefined {
  const known = byReason.get(reason)
  return known === undefined ? 'change the rule of the mapping that skips it' : known.action
}

/** Who acts on a skipped event, and how. */
export function whoActsOnSkip(reason: string): string {
  const action = actionOnSkip(reason)
  return action === undefined ? 'no one' : `you, if it should be sent: ${action}`
}

/** The section of the reference that explains a skip reason. A mapping's own reasons have none: then the page. */
export function skipReasonUrl(reason: string, homepage?: string): string {
  const page = referenceUrl('skip-reasons', homepage)
  return byReason.has(reason) ? `${page}#${reason}` : page
}
