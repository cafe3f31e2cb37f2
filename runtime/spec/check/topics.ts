/** Checks topics: whether the source has them, which resource they carry, and whether their webhooks are kept. */
import { nearestWords, suggest } from '../../expression/did-you-mean.ts'
import { joinWords } from '../../lib/format.ts'
import { resolveName } from '../compile/resolve-name.ts'
import type { SpecNode } from '../compile/spec-node.ts'
import type { Connector } from '../generated/documents.ts'
import type { ResourceSpec } from '../spec.ts'

export interface KnownTopics {
  readonly resources: ReadonlyMap<string, ResourceSpec>
  /** Topics of the source that no resource reads, and what each is about. */
  readonly otherTopics: ReadonlyMap<string, string>
  readonly ignoredTopics: ReadonlySet<string>
}

type Webhook = NonNullable<Connector['webhook']>

export function listKnownTopics(
  { otherTopics = {}, ignoredTopics = [] }: Pick<Webhook, 'otherTopics' | 'ignoredTopics'>,
  resources: KnownTopics['resources'],
): KnownTopics {
  const others = Object.entries(otherTopics).flatMap(([subject, topics]) =>
    topics.map((topic) => [topic, subject] as const),
  )
  return { resources, otherTopics: new Map(others), ignoredTopics: new Set(ignoredTopics) }
}

/** The resource of a name. Reports an unknown one, with how to define one that the source has. */
export function resolveResource(node: SpecNode, name: string, known: KnownTopics): ResourceSpec | undefined {
  const topic = [...known.otherTopics].find(([, subject]) => toKey(subject) === name)?.[0]
  if (topic === undefined) return resolveName(node, 'resource', name, known.resources)
  const resource = known.resources.get(name)
  if (resource !== undefined) return resource
  const message = `connector.yaml does not define the resource "${name}"`
  node.error({ code: 'spec/unknown-resource', message, help: explainDefinition(name, topic) })
  return undefined
}

/** Requires each topic to carry the resource. `node` is the list. */
export function checkTopics(
  node: SpecNode,
  topics: readonly string[],
  resource: ResourceSpec,
  known: KnownTopics,
): void {
  for (const [index, topic] of topics.entries()) {
    const item = node.at(index)
    if (!resource.topics.has(topic)) reportTopic(item, topic, resource, known)
    else if (known.ignoredTopics.has(topic)) {
      const message = `no webhook of "${topic}" is stored: connector.yaml lists it under ignoredTopics`
      item.warn({ code: 'spec/ignored-topic', message, help: 'remove it there, or here' })
    }
  }
}

function reportTopic(node: SpecNode, topic: string, resource: ResourceSpec, known: KnownTopics): void {
  const owner = [...known.resources.values()].find(({ topics }) => topics.has(topic))
  const subject = known.otherTopics.get(topic)
  if (owner !== undefined) {
    const message = `topic "${topic}" carries a ${owner.name}, not a ${resource.name}`
    const help = suggest(topic, resource.topics)
    node.error({ code: 'spec/topic-of-another-resource', message, help })
  } else if (subject !== undefined) {
    const message = `connector.yaml lists the topic "${topic}" under no resource`
    node.error({ code: 'spec/unlisted-topic', message, help: explainListing(topic, subject, known) })
  } else {
    const help = suggestTopic(topic, resource, known)
    node.error({ code: 'spec/unknown-topic', message: `unknown topic "${topic}"`, help })
  }
}

/** What its webhooks carry need not be the resource that a stream yields. */
function explainListing(topic: string, subject: string, { resources }: KnownTopics): string {
  return resources.has(subject)
    ? `list it there under resources: ${subject}: topics, not webhook: otherTopics; "normalize" must turn what its webhooks carry into a ${subject}`
    : `${explainDefinition(toKey(subject), topic)}, and remove the topic from webhook: otherTopics`
}

const explainDefinition = (resource: string, topic: string): string =>
  `define one there: resources: { ${resource}: { id: id, topics: [${topic}] } }`

const toKey = (subject: string): string => subject.replaceAll(' ', '_')

const NO_PATTERN = 'a topic has no pattern; write each by its name'

const matchTopics = (pattern: string, topics: Iterable<string>): readonly string[] =>
  [...topics].filter((topic) => topic.startsWith(pattern.replace(/\*.*/, '')))

const listAll = ({ resources, otherTopics }: KnownTopics): readonly string[] => [
  ...[...resources.values()].flatMap(({ topics }) => [...topics]),
  ...otherTopics.keys(),
]

/** Topics of the same resource first: a similar one of another resource would be the next error. */
function suggestTopic(topic: string, resource: ResourceSpec, known: KnownTopics): string {
  if (topic.includes('*')) return `${NO_PATTERN}: ${joinWords(matchTopics(topic, resource.topics))}`
  const all = listAll(known)
  const isNear = nearestWords(topic, resource.topics).length > 0 || nearestWords(topic, all).length === 0
  return suggest(topic, isNear ? resource.topics : all)
}

/** A misspelt topic would not be ignored. A merely similar one may be new: sources add topics. */
export function checkIgnoredTopics(known: KnownTopics, node: SpecNode): void {
  const all = listAll(known)
  for (const [index, topic] of [...known.ignoredTopics].entries()) {
    const meant = topic.includes('*') ? matchTopics(topic, all) : all.filter((each) => isMisspelled(topic, each))
    if (all.includes(topic) || meant.length === 0) continue
    const help = topic.includes('*') ? `${NO_PATTERN}: ${joinWords(meant)}` : suggest(topic, meant)
    node.at(index).warn({ code: 'spec/unknown-topic', message: `unknown topic "${topic}"`, help })
  }
}

/** Whether only its last letters, its case or its separators differ. */
function isMisspelled(topic: string, known: string): boolean {
  const [short = '', long = ''] = [topic, known]
    .map((each) => each.toLowerCase().replaceAll(/[^a-z]/g, ''))
    .sort((a, b) => a.length - b.length)
  return long.startsWith(short) && long.length - short.length < 3
}
