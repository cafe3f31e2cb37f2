/** Contract of a source: its account, and its errors, which are faults of the right kind and hold nothing of people. */
import assert from 'node:assert/strict'
import { WORKSPACE_CHECKPOINT } from '../../../lib/checkpoint-names.ts'
import type { FaultKind } from '../../../ports/fault.ts'
import type { Json } from '../../../ports/types.ts'
import { type Cases, createEach } from '../cases.ts'
import { assertHoldsNone, assertIsSafe, PERSONAL } from '../privacy.ts'
import { type Answer, echo, STRANGER } from '../test-network.ts'
import type { SourceHarness } from './source-harness.ts'

const each = createEach<SourceHarness>()
const never = new AbortController().signal

const refusals: readonly [how: string, answer: Answer, kind: FaultKind][] = [
  ['401', echo(401), 'config'],
  ['403', echo(403), 'config'],
  ['429 for an hour', echo(429, { 'retry-after': '3600' }), 'transient'],
  ['500', echo(500), 'transient'],
  ['503', echo(503), 'transient'],
  ['a page of a proxy', () => new Response(`<html>${STRANGER}</html>`, { status: 502 }), 'transient'],
  ['a page of a proxy under a 200', () => new Response(`<html>${STRANGER}</html>`, { status: 200 }), 'transient'],
  [
    'a broken network',
    () => {
      throw new TypeError(`fetch failed: ${STRANGER}`)
    },
    'transient',
  ],
  ['no answer in time', () => 'never', 'transient'],
]

/** The values of headers that hold credentials, and their words. */
async function credentialsOf({ source }: SourceHarness): Promise<readonly string[]> {
  const { headers } = await source.auth.current(never)
  return Object.values(headers)
    .flatMap((value) => value.split(' '))
    .filter((word) => word.length > 7)
}

const bodies: readonly (Json | undefined)[] = [
  undefined,
  null,
  STRANGER,
  [STRANGER],
  { errors: null },
  { errors: STRANGER },
  { errors: [STRANGER, null] },
  { errors: [{ code: STRANGER, message: STRANGER, field: STRANGER, source: { pointer: `/${STRANGER}` } }] },
  { error: { code: STRANGER, message: STRANGER }, request_id: STRANGER, message: STRANGER },
]

export const accessCases: Cases<SourceHarness> = {
  'names its account, the same each time': async ({ client, network }) => {
    const first = await network.run(client.workspace(never))
    assert.ok(first.length > 0)
    assert.equal(await network.run(client.workspace(never)), first)
  },

  'a store of another account is a fault of kind config': async ({ client, store, network }) => {
    await store.writeCheckpoints([{ name: WORKSPACE_CHECKPOINT, value: 'another account' }])
    assert.equal((await network.faultOf(client.workspace(never))).kind, 'config')
  },

  ...each(
    refusals,
    ([how, , kind]) => `${how} is a fault of kind ${kind}, with a stable code and nothing of people or credentials`,
    async (it, [, answer, kind]) => {
      it.network.answer(answer)
      const { request } = it.spec.source.workspace
      const fault = await it.network.faultOf(it.client.request(request, { lane: 'live', signal: never }))
      assert.equal(fault.kind, kind)
      assertIsSafe(fault, await credentialsOf(it))
    },
  ),

  ...each(
    [400, 401, 403, 404, 409, 410, 422, 429, 500, 503],
    (status) => `explains ${status} whatever its body, without data of people`,
    async ({ source }, status) => {
      for (const body of bodies) {
        const { message = '', code = '' } = source.explainError(status, body, new Headers({ 'x-request-id': STRANGER }))
        assertHoldsNone(`${message} ${code}`, PERSONAL)
      }
    },
  ),
}
