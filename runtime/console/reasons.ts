/** Why something was not sent, in words. A mapping's own reasons have the words their author gave them. */

const WORDS: Readonly<Record<string, string>> = {
  'no-occurrence': 'no metric is about it',
  'unknown-topic': 'a topic that no mapping takes',
  'no-identity': 'the contact has neither an e-mail address nor a telephone number',
  'no-contact': 'nobody is named whose event it would be',
  'contact-not-found': 'the source no longer knows the contact',
  'resource-not-found': 'the source no longer has it',
  'already-delivered': 'it was sent before; nothing is counted twice',
  'before-since': 'it happened before the time asked for',
  'after-live-began': 'it happened after live delivery began, which has it',
  'not-asked-for': 'the import was asked for other metrics',
  'run-replaced': 'a newer import took the place of the one that read it',
}

export const reasonWords = (reason: string): string => WORDS[reason] ?? reason.replaceAll('-', ' ')
