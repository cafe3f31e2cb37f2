/** Sources with one planted fault each fail the contract, at a case whose name tells the fault. */
import { expect, test } from 'vitest'
import type { SourceUnderTest } from '../../../../runtime/conformance/contracts/source/source-harness.ts'
import { sourceContract } from '../../../../runtime/conformance/contracts/source/test-source.ts'
import { intercomUnderTest } from './intercom-under-test.ts'

/** Answers of searches, changed. */
const pages = ({ fetch }: SourceUnderTest, change: (page: Record<string, unknown>, nth: number) => object) => {
  let nth = 0
  return {
    fetch: async (request: Request) => {
      const response = await fetch(request)
      if (!request.url.endsWith('/search')) return response
      return Response.json(change((await response.json()) as Record<string, unknown>, nth++))
    },
  }
}

const first = (list: unknown) => (Array.isArray(list) ? list.slice(0, 1) : [])

const faults: readonly [fault: string, plant: (it: SourceUnderTest) => Partial<SourceUnderTest>, failing: string][] = [
  [
    'has an empty secret',
    ({ source }) => ({ source: { ...source, secrets: async () => ['a secret', ' '] } }),
    'has a secret, and no blank one',
  ],
  [
    'hands a record out on two pages',
    (it) => pages(it, (page) => ({ ...page, conversations: [...first(page.conversations), ...list(page)] })),
    'a stream ends, and gives as many records as the source counts, each once and with an id',
  ],
  [
    'ends after the first page',
    (it) => pages(it, (page) => ({ ...page, pages: {}, total_count: undefined })),
    'small and large pages give the same records',
  ],
  [
    'changes the cursor',
    ({ spec }) => ({ spec: withChangedCursors(spec) }),
    'the next request has the cursor of the last page, unchanged',
  ],
  [
    'ignores the size of pages',
    ({ spec, fetch }) => ({ spec, fetch: (request) => fetch(withPageSize(request)) }),
    'a page has at most as many records as requested',
  ],
  [
    'quotes refusals',
    ({ source }) => ({
      source: { ...source, explainError: (_, body) => ({ message: `it answered ${JSON.stringify(body)}` }) },
    }),
    'explains 404 whatever its body, without data of people',
  ],
  [
    'takes a refused credential for a passing fault',
    ({ source }) => ({ source: { ...source, explainError: () => ({ kind: 'transient' }) } }),
    '401 is a fault of kind config, with a stable code and nothing of people or credentials',
  ],
  [
    'notifications are of another account',
    ({ notifications }) => ({ notifications: notifications.map((one) => ({ ...Object(one), app_id: 'other' })) }),
    'a notification names its id, a topic of a resource, and the account that the source names',
  ],
]

function list({ conversations }: Record<string, unknown>): readonly unknown[] {
  return Array.isArray(conversations) ? conversations : []
}

/** Streams that request the page after another cursor than the last page gave. */
function withChangedCursors(spec: SourceUnderTest['spec']): SourceUnderTest['spec'] {
  const streams = [...spec.streams].map(([name, stream]) => {
    const { body } = stream.request
    if (body === undefined) return [name, stream] as const
    const evaluate: typeof body.evaluate = (input, bindings) =>
      body.evaluate(input, { ...bindings, ...(bindings?.cursor !== undefined && { cursor: `${bindings.cursor}x` }) })
    const changed = new Proxy(body, {
      get: (target, member) => (member === 'evaluate' ? evaluate : Reflect.get(target, member)),
    })
    return [name, { ...stream, request: { ...stream.request, body: changed } }] as const
  })
  return { ...spec, streams: new Map(streams) }
}

function withPageSize(request: Request): Request {
  const url = request.url.replace(/per_page=\d+/, 'per_page=150')
  if (url !== request.url) return new Request(url, request)
  return request
}

test.each(faults)('%s', async (_, plant, failing) => {
  const cases = sourceContract(async (options) => {
    const under = await intercomUnderTest(options)
    return { ...under, ...plant(under) }
  }).filter(({ name }) => name === failing)
  expect(cases).toHaveLength(1)
  for (const one of cases) await expect(one.run()).rejects.toThrow()
})
