/** Reports what a step of a course says in vain, or says twice: a slip would otherwise pass as a course of less. */
import { findResourceByTopic } from '../../source/envelope.ts'
import type { CaseStep as WrittenStep } from '../../spec/generated/documents.ts'
import type { Spec } from '../../spec/spec.ts'
import type { Path } from '../../spec/yaml.ts'
import type { CaseFile } from '../cases/case-file.ts'

const OF_NOTICES = ['lost', 'twice', 'late', 'webhook', 'wrap', 'notification'] as const
const OF_CHANGES = ['set', 'remove', 'gone', 'mergedInto'] as const
const OF_LOOKUPS = ['id', 'gone', 'mergedInto'] as const
const EXCLUSIVE = [
  ['item', 'lookup'],
  ['import', 'reconcile'],
  ['lost', 'twice'],
  ['lost', 'late'],
] as const

export function checkStep(step: WrittenStep, file: CaseFile, path: Path): void {
  const has = (key: keyof WrittenStep) => step[key] !== undefined && step[key] !== false
  const report = (key: keyof WrittenStep, code: string, message: string, help: string) =>
    file.error([...path, key], { code, message, help }, 'key')
  for (const [one, other] of EXCLUSIVE)
    if (has(one) && has(other))
      report(
        other,
        'cases/contradiction',
        `the step has both ${one} and ${other}`,
        `remove one of the two, or make two steps`,
      )
  const vain = (keys: readonly (keyof WrittenStep)[]) => keys.find((key) => step[key] !== undefined)
  const ofNotice = has('topic') ? undefined : vain(OF_NOTICES)
  if (ofNotice !== undefined) {
    const message = `"${ofNotice}" is about the notice of a change, and the step sends none`
    report(ofNotice, 'cases/no-topic', message, `write topic: and that of the notice, or remove ${ofNotice}`)
  }
  const isOfNothing = !has('item') && !has('lookup')
  const ofChange = isOfNothing ? vain(OF_CHANGES) : undefined
  if (ofChange !== undefined)
    report(
      ofChange,
      'cases/no-item',
      `the step does not name what "${ofChange}" changes`,
      'write item: NAME, or lookup: and id:',
    )
  const ofLookup = has('item') && !has('lookup') ? vain(OF_LOOKUPS) : undefined
  if (ofLookup !== undefined) {
    const message = `"${ofLookup}" is about a resource of a lookup, and the step names an item`
    report(ofLookup, 'cases/contradiction', message, `write lookup: and id: in place of item, or remove ${ofLookup}`)
  }
}

/** A notice carries the resource of its topic. */
export function checkTopicOf(
  { topic = '', item: name, webhook, wrap }: WrittenStep,
  resource: string | undefined,
  { file, path, spec }: { readonly file: CaseFile; readonly path: Path; readonly spec: Spec },
): void {
  const about = findResourceByTopic(topic, spec)?.name
  const isOwn = webhook?.item === undefined && webhook?.fixture === undefined && wrap === undefined
  if (about === undefined || resource === undefined || about === resource || !isOwn) return
  const message = `topic ${topic} is about a ${about}, and item ${name} is a ${resource}`
  file.error([...path, 'topic'], {
    code: 'cases/other-resource',
    message,
    help: 'give a topic and an item of the same resource',
  })
}
