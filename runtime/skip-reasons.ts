/** Why something was not sent, in words, and who must act if it should be. A mapping's own reasons have their author's words. */

const NOBODY = 'nobody'

const REASONS: Readonly<Record<string, readonly [words: string, who: string]>> = {
  'no-occurrence': ['no metric is about it', NOBODY],
  'unknown-topic': [
    'a topic that no mapping takes',
    'you: no longer subscribe to it at the source, or add a mapping that takes it',
  ],
  'no-identity': [
    'the contact has neither an e-mail address nor a telephone number',
    'you, if it should be sent: give the contact one at the source; what happens from then on is sent',
  ],
  'no-contact': ['nobody is named whose event it would be', NOBODY],
  'contact-not-found': ['the source no longer knows the contact', NOBODY],
  'resource-not-found': ['the source no longer has it', NOBODY],
  'already-delivered': ['it was sent before; nothing is counted twice', NOBODY],
  'before-since': [
    'it happened before the time asked for',
    'you, if it should be sent: import from an earlier time on',
  ],
  'after-live-began': ['it happened after live delivery began, which has it', NOBODY],
  'not-asked-for': ['the import was asked for other metrics', 'you, if it should be sent: import this metric too'],
  'foreign-workspace': ['another account of the source sent it, which has the same app installed', NOBODY],
  'run-replaced': ['a newer import took the place of the one that read it', NOBODY],
}

const ITS_MAPPING = 'you, if it should be sent: change the mapping, which leaves it out'

export const describeSkipReason = (reason: string): string => REASONS[reason]?.[0] ?? reason.replaceAll('-', ' ')

/** Who must act on what was skipped, if anybody. */
export const whoActsOnSkip = (reason: string): string => REASONS[reason]?.[1] ?? ITS_MAPPING
