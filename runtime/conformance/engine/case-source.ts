/** The source of a case: answers lookups and pages of streams from the case's input, in place of the vendor's API. */
import type { Expression } from '../../expression/expression.ts'
import { groupBy } from '../../lib/group-by.ts'
import { isObject } from '../../lib/json.ts'
import { presentMembers } from '../../lib/present-members.ts'
import { Fault } from '../../ports/fault.ts'
import type { Json } from '../../ports/types.ts'
import type { SourceClient, SourceRequestOptions } from '../../source/client.ts'
import type { LookupSpec, RequestSpec, Spec, StreamSpec } from '../../spec/spec.ts'
import { layLookups } from '../lay-lookups.ts'
import type { CaseInput, CaseRecord } from '../types.ts'

/** What a request asks for: the resource of a lookup by its key, or all items of a stream that are read now. */
type Question = { readonly lookup: string } | { readonly stream: string }

/** A spec whose requests a `CaseSource` understands. */
export interface OfflineSpec {
  readonly spec: Spec
  readonly questions: ReadonlyMap<RequestSpec, Question>
}

/**
 * The same spec with requests that need no vendor's paths: each lookup is asked for one key and finds what the source has at
 * that moment; a stream is one page.
 */
export function createOfflineSpec(spec: Spec): OfflineSpec {
  const questions = new Map<RequestSpec, Question>()
  const ask = (question: Question): RequestSpec => {
    const request: RequestSpec = { method: 'GET', path: '/', query: new Map() }
    questions.set(request, question)
    return request
  }
  const toLookup = ({ list: _, batch: __, preloadFrom: ___, ...lookup }: LookupSpec): LookupSpec => ({
    ...lookup,
    ttl: 0,
    get: { request: ask({ lookup: lookup.name }) },
  })
  const toStream = (stream: StreamSpec): StreamSpec => ({
    ...stream,
    request: ask({ stream: stream.name }),
    records: readMember('records'),
    next: readMember('next'),
    total: readMember('total'),
    // A poll of a case reads what it is given, whatever its time.
    ...(stream.poll && {
      poll: { ...stream.poll, request: ask({ stream: stream.name }), updatedAt: createAccessor('1', () => 1) },
    }),
  })
  const offline = {
    ...spec,
    lookups: new Map([...spec.lookups].map(([name, lookup]) => [name, toLookup(lookup)])),
    streams: new Map([...spec.streams].map(([name, stream]) => [name, toStream(stream)])),
  }
  return { spec: offline, questions }
}

const readMember = (name: string): Expression =>
  createAccessor(name, (input) => (isObject(input) ? input[name] : undefined))

const createAccessor = (text: string, evaluate: (input: Json) => Json | undefined): Expression => ({
  text,
  place: '',
  variables: new Set(),
  evaluate,
})

/** Mutable: what the source has at the moment of a step. */
export class CaseSource implements SourceClient {
  readonly #offline: OfflineSpec
  readonly #workspace: string
  #lookups: CaseInput['lookups']
  /** By stream: what an import or a poll reads now. */
  #page: ReadonlyMap<string | undefined, readonly CaseRecord[]> = new Map()

  constructor(offline: OfflineSpec, { workspace, lookups }: CaseInput) {
    this.#offline = offline
    this.#workspace = workspace
    this.#lookups = lookups
  }

  /** From now on these resources are as given, and streams list these records. */
  update(records: readonly CaseRecord[], lookups: CaseInput['lookups'] | undefined): void {
    this.#lookups = layLookups(this.#lookups, lookups)
    this.#page = groupBy(records, ({ stream }) => stream)
  }

  async workspace(): Promise<string> {
    return this.#workspace
  }

  async request(spec: RequestSpec, { bindings, accepts }: SourceRequestOptions): Promise<Json> {
    const question = this.#offline.questions.get(spec)
    if (question === undefined) throw new Fault('bug', 'bug/case-request', 'a case has no answer to this request')
    const answer = 'stream' in question ? this.#readPage(question.stream) : this.#find(question.lookup, bindings?.key)
    const present = presentMembers(answer)
    if (accepts === undefined || (await accepts(present))) return present
    throw new Fault('bug', 'bug/case-answer', 'the answer of a case was not accepted')
  }

  #readPage(stream: string): Json {
    const records = (this.#page.get(stream) ?? []).map(({ body }) => body)
    return { records, total: records.length }
  }

  #find(lookup: string, key: Json | undefined): Json {
    const found = this.#lookups[lookup]?.[String(key)]
    if (found !== undefined && found !== null) return found
    throw new Fault('data', 'case/not-found', `the case has no ${lookup} with this key`, { status: 404 })
  }
}
