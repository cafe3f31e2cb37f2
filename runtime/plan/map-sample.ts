/** Maps a sampled record by one spec, offline. */
import { parseJson } from '../lib/json.ts'
import type { MaybePromise } from '../lib/maybe-promise.ts'
import { compilePlan } from '../mapping/compile-plan.ts'
import { type PreviewItem, previewMapping } from '../mapping/preview.ts'
import type { Clock } from '../ports/effects.ts'
import { toFault } from '../ports/fault.ts'
import type { Json } from '../ports/types.ts'
import type { LookupSpec, Spec } from '../spec/spec.ts'
import type { Sample } from './types.ts'

export interface SampleParts {
  readonly clock: Clock
  /** A value that the store has, of whatever age. */
  readonly findLookup: (lookup: LookupSpec, key: string) => MaybePromise<Json | undefined>
}

/** Its events before the limits of the destination, which are the same for every spec. */
export async function mapSample(sample: Sample, spec: Spec, parts: SampleParts): Promise<readonly PreviewItem[]> {
  const { topic, stream, body } = sample
  const data = parseJson(body)
  if (data === undefined) return []
  const destination = { fit: fitsAsIs, previewBodies: () => [] }
  const lookups = {
    find: async (lookup: LookupSpec, key: string) => parts.findLookup(lookup, key),
    peek: () => undefined,
  }
  const input = {
    data,
    lookupFallback: 'source' as const,
    ...(topic === undefined ? { stream: stream ?? '' } : { topic }),
  }
  try {
    const { clock } = parts
    return (await previewMapping(input, { spec, plan: compilePlan(spec), destination, clock, lookups })).items
  } catch (error) {
    const { code, message } = toFault(error)
    // The spec has no metric of the topic or of the stream.
    return code.startsWith('preview/') ? [] : [{ metric: '', fault: message }]
  }
}

const fitsAsIs = <M>(message: M) => ({ message, changes: [] })
