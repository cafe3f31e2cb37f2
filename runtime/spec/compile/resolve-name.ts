/** Names that must be known: resources, topics, streams, lookups, property sets. */
import { suggest } from '../../expression/did-you-mean.ts'
import type { ResourceSpec, StreamSpec } from '../spec.ts'
import type { Path, YamlFile } from '../yaml.ts'
import type { Context } from './context.ts'

/** The value of a name, or a complaint that names the nearest. */
export function resolveName<T>(
  what: string,
  name: string,
  all: ReadonlyMap<string, T>,
  path: Path,
  yaml: YamlFile,
  context: Context,
): T | undefined {
  const found = all.get(name)
  if (found !== undefined) return found
  const complaint = { code: `spec/unknown-${what.replace(' ', '-')}`, message: `unknown ${what} "${name}"` }
  context.error(yaml, yaml.span(path), { ...complaint, help: suggest(name, all.keys()) })
  return undefined
}

/** Each topic must be one of the resource's own. */
export function checkTopics(
  topics: readonly string[],
  resource: ResourceSpec,
  resources: ReadonlyMap<string, ResourceSpec>,
  path: Path,
  yaml: YamlFile,
  context: Context,
): void {
  topics.forEach((topic, index) => {
    if (resource.topics.has(topic)) return
    const span = yaml.span([...path, index])
    const owner = [...resources.values()].find((other) => other.topics.has(topic))
    if (owner === undefined) {
      const message = `unknown topic "${topic}"`
      context.error(yaml, span, { code: 'spec/unknown-topic', message, help: suggest(topic, resource.topics) })
    } else {
      const message = `topic "${topic}" brings a ${owner.name}, not a ${resource.name}`
      const help = suggest(topic, resource.topics)
      context.error(yaml, span, { code: 'spec/topic-of-another-resource', message, help })
    }
  })
}

/** A stream must be there, and give what the mapping reads. */
export function checkStream(
  name: string,
  resource: string,
  streams: ReadonlyMap<string, StreamSpec>,
  path: Path,
  yaml: YamlFile,
  context: Context,
): void {
  const stream = resolveName('stream', name, streams, path, yaml, context)
  if (stream === undefined || stream.resource === resource) return
  const fitting = [...streams.values()].filter((other) => other.resource === resource).map((other) => other.name)
  const message = `stream "${name}" gives a ${stream.resource}, not a ${resource}`
  context.error(yaml, yaml.span(path), {
    code: 'spec/stream-of-another-resource',
    message,
    help: fitting.length === 0 ? `no stream gives a ${resource}` : `streams of it: ${fitting.join(', ')}`,
  })
}
