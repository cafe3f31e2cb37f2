/** Privacy: whatever fails, no log line and no fault contains a secret or a customer's data. */
import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { functions } from '../../connector/index.ts'
import { specFolder } from '../../connector/spec.ts'
import { OBSERVATION_TYPES, type Observation } from '../../runtime/ports/observation.ts'
import { loadSpec } from '../../runtime/spec/load.ts'
import { openSpecFolder } from '../../runtime/spec/spec-files.ts'
import { findContactWithEmail } from '../helpers/connector-harness.ts'
import { faultCodesIn, jsonResponse, NO_FAILURES, never, recordedConnector, requestEcho } from '../helpers/privacy.ts'

/** The shipped spec with a mapping that fails on every title. */
async function failingSpec() {
  const disk = openSpecFolder(specFolder())
  const read = async (path: string) =>
    (await disk.read(path))
      ?.replace('Title: title', 'Title: $number(title)')
      .replace('Category: category', 'Category: $uppercase(created_at)')
  return (await loadSpec(specFolder(), { functions, files: { ...disk, read } })).spec
}

const typesOf = (observations: readonly Observation[]) => [...new Set(observations.map(({ type }) => type))].sort()

describe('output contains no secret and no personal data', () => {
  test('of an import with failures of both vendors', async () => {
    const { history, findLeaks, output, observations } = await recordedConnector({ intercom: 3, klaviyo: 6 })
    await history()
    expect(await findLeaks()).toEqual([])
    expect(typesOf(observations)).toEqual(expect.arrayContaining(['page', 'lookup', 'retried']))
    // History takes few requests, so not every failure occurs; the live test covers them all.
    expect(faultCodesIn(output)).toContain('klaviyo/invalid')
  })

  test('of live traffic with failures of both vendors', async () => {
    const { live, findLeaks, output, observations } = await recordedConnector({ intercom: 5, klaviyo: 5 })
    await live()
    expect(await findLeaks()).toEqual([])
    expect(typesOf(observations)).toEqual(
      OBSERVATION_TYPES.filter((type) => type !== 'page' && type !== 'dropped').sort(),
    )
    const expected = ['intercom/unavailable', 'klaviyo/duplicate-profile', 'klaviyo/invalid']
    expect(faultCodesIn(output)).toEqual(expect.arrayContaining(expected))
  })

  test("when a mapping fails on a customer's text", async () => {
    const { history, live, findLeaks, output } = await recordedConnector(NO_FAILURES, {
      connector: { settings: { spec: await failingSpec() } },
    })
    await live()
    await history()
    expect(await findLeaks()).toEqual([])
    expect(faultCodesIn(output)).toEqual(['expression/D3030', 'expression/T0410'])
  })

  const refusals: readonly [status: number, host: string, code: string][] = [
    [401, 'intercom', 'intercom/unauthorized'],
    [403, 'intercom', 'intercom/forbidden'],
    [401, 'klaviyo', 'klaviyo/unauthorized'],
    [403, 'klaviyo', 'klaviyo/forbidden'],
  ]
  test.each(refusals)('when %i %s rejects the credentials and echoes them', async (status, host, code) => {
    const instead = (request: Request) =>
      request.url.includes(host)
        ? jsonResponse(status, { errors: [{ detail: requestEcho(request), message: requestEcho(request) }] })
        : undefined
    const { connector, clock, live, history, findLeaks, output } = await recordedConnector(NO_FAILURES, {
      intercept: instead,
    })
    const check = async () => {
      for await (const line of connector.check(never)) output.push(JSON.stringify(line))
    }
    await clock.until(check())
    if (host === 'intercom') await history()
    else await live()
    expect(await findLeaks()).toEqual([])
    expect(faultCodesIn(output)).toContain(code)
  })

  test('when a webhook is rejected', async () => {
    const { connector, findLeaks, output } = await recordedConnector()
    const item = { email: 'luca.10@mail.sandbox-shop.com', body: 'test-client-secret' }
    const signed = {
      'X-Hub-Signature': `sha1=${createHmac('sha1', 'test-client-secret').update('["luca"]').digest('hex')}`,
    }
    const posts: readonly RequestInit[] = [
      { body: JSON.stringify(item) },
      { body: JSON.stringify(item), headers: { 'X-Hub-Signature': 'sha1=test-client-secret' } },
      { body: JSON.stringify(item).repeat(90_000), headers: { 'X-Hub-Signature': `sha1=${'0'.repeat(40)}` } },
      { body: '["luca"]', headers: signed },
    ]
    const statuses: number[] = []
    for (const post of posts) {
      const request = new Request('http://localhost/webhooks/intercom', { method: 'POST', ...post })
      statuses.push((await connector.receive(request)).status)
    }
    expect(statuses).toEqual([401, 401, 413, 400])
    expect(output.length).toBe(posts.length)
    expect(await findLeaks()).toEqual([])
  })
})

test('the search finds leaks', async () => {
  const { intercom, findLeaks, output } = await recordedConnector()
  const { email } = await findContactWithEmail(intercom)
  output.push(`debug sent to ${email}`, 'warn dead letter: pk_test is no key')
  expect(await findLeaks()).toEqual(['pk_test', email])
})
