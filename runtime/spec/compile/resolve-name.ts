/** Resolves references by name: to resources, streams, lookups, permissions, property sets. */
import { suggest } from '../../expression/did-you-mean.ts'
import type { StreamSpec } from '../spec.ts'
import type { SpecNode } from './spec-node.ts'

/** The value of a name. Reports an unknown one with the nearest known names. */
export function resolveName<T>(
  node: SpecNode,
  kind: string,
  name: string,
  candidates: ReadonlyMap<string, T>,
): T | undefined {
  const value = candidates.get(name)
  if (value !== undefined) return value
  const code = `spec/unknown-${kind.replace(' ', '-')}`
  node.error({ code, message: `unknown ${kind} "${name}"`, help: suggest(name, candidates.keys()) })
  return undefined
}

/** Requires the stream to exist and to yield the mapping's resource. */
export function checkStream(
  node: SpecNode,
  name: string,
  resource: string,
  streams: ReadonlyMap<string, StreamSpec>,
): void {
  const stream = resolveName(node, 'stream', name, streams)
  if (stream === undefined || stream.resource === resource) return
  const fitting = [...streams.values()].filter((other) => other.resource === resource).map((other) => other.name)
  node.error({
    code: 'spec/stream-of-another-resource',
    message: `stream "${name}" yields a ${stream.resource}, not a ${resource}`,
    help: fitting.length === 0 ? `no stream yields a ${resource}` : `streams that do: ${fitting.join(', ')}`,
  })
}
