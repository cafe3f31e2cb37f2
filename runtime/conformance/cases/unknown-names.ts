/** Diagnostics of names that the spec does not have, wherever a case or a course writes them. */
import { suggest } from '../../expression/did-you-mean.ts'
import type { DiagnosticText } from '../../spec/diagnostic.ts'
import type { Spec } from '../../spec/spec.ts'

export function describeUnknownTopic(topic: string, { resources }: Pick<Spec, 'resources'>): DiagnosticText {
  const known = [...resources.values()].flatMap(({ topics }) => [...topics])
  const message = `no resource has the topic "${topic}"`
  return { code: 'cases/unknown-topic', message, help: suggest(topic, known) }
}

export function describeUnknownStream(stream: string, { streams }: Pick<Spec, 'streams'>): DiagnosticText {
  const message = `the spec has no stream "${stream}"`
  return { code: 'cases/unknown-stream', message, help: suggest(stream, streams.keys()) }
}

/** `where`: follows the name in the message. */
export function describeUnknownLookup(name: string, { lookups }: Pick<Spec, 'lookups'>, where = ''): DiagnosticText {
  const message = `the spec has no lookup "${name}"${where}`
  return { code: 'cases/unknown-lookup', message, help: suggest(name, lookups.keys()) }
}
