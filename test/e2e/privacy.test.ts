/** The law of silence: whatever goes wrong, no log line and no fault repeats a secret or what a customer said or is. */
import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { functions } from '../../connector/index.ts'
import { specFolder } from '../../connector/spec.ts'
import { loadSpec } from '../../runtime/spec/load.ts'
import { filesOn } from '../../runtime/spec/spec-files.ts'
import { someone } from '../helpers/connector-harness.ts'
import { codes, fine, json, listenedTo, login, never } from '../helpers/privacy.ts'

/** The spec, where reading a title as a number fails on whatever a customer wrote. */
async function brittleSpec() {
  const disk = filesOn(specFolder())
  const read = async (path: string) => (await disk.read(path))?.replace('Title: title', 'Title: $number(title)')
  return (await loadSpec(specFolder(), { functions, files: { ...disk, read } })).spec
}

describe('nothing personal and no secret is said', () => {
  test('over an import with trouble on both sides', async () => {
    const { history, found, said } = await listenedTo({ intercom: 3, klaviyo: 6 })
    await history()
    expect(await found()).toEqual([])
    // History is few requests, so not every trouble comes up; the live test hears them all.
    expect(codes(said)).toContain('klaviyo/invalid')
  })

  test('over live traffic with trouble on both sides', async () => {
    const { live, found, said } = await listenedTo({ intercom: 4, klaviyo: 4 })
    await live()
    expect(await found()).toEqual([])
    const told = ['intercom/unavailable', 'klaviyo/duplicate-profile', 'klaviyo/invalid']
    expect(codes(said)).toEqual(expect.arrayContaining(told))
  })

  test('when a mapping fails on what a customer wrote', async () => {
    const { history, live, found, said } = await listenedTo(fine, {
      connector: { settings: { spec: await brittleSpec() } },
    })
    await live()
    await history()
    expect(await found()).toEqual([])
    expect(codes(said)).toEqual(['expression/D3030', 'expression/T0410'])
  })

  const refusals: readonly [status: number, host: string, code: string][] = [
    [401, 'intercom', 'intercom/unauthorized'],
    [403, 'intercom', 'intercom/forbidden'],
    [401, 'klaviyo', 'klaviyo/unauthorized'],
    [403, 'klaviyo', 'klaviyo/forbidden'],
  ]
  test.each(refusals)('when %i %s refuses the login and repeats it', async (status, host, code) => {
    const instead = (request: Request) =>
      request.url.includes(host)
        ? json(status, { errors: [{ detail: login(request), message: login(request) }] })
        : undefined
    const { connector, clock, live, history, found, said } = await listenedTo(fine, { instead })
    const check = async () => {
      for await (const line of connector.check(never)) said.push(JSON.stringify(line))
    }
    await clock.until(check())
    if (host === 'intercom') await history()
    else await live()
    expect(await found()).toEqual([])
    expect(codes(said)).toContain(code)
  })

  test('when a webhook is refused', async () => {
    const { connector, found, said } = await listenedTo()
    const item = { email: 'luca.10@mail.sandbox-shop.com', body: 'test-client-secret' }
    const signed = {
      'X-Hub-Signature': `sha1=${createHmac('sha1', 'test-client-secret').update('["luca"]').digest('hex')}`,
    }
    const posts: readonly RequestInit[] = [
      { body: JSON.stringify(item) },
      { body: JSON.stringify(item), headers: { 'X-Hub-Signature': 'sha1=test-client-secret' } },
      { body: JSON.stringify(item).repeat(90_000) },
      { body: '["luca"]', headers: signed },
    ]
    const statuses: number[] = []
    for (const post of posts) {
      const request = new Request('http://localhost/webhooks/intercom', { method: 'POST', ...post })
      statuses.push((await connector.receive(request)).status)
    }
    expect(statuses).toEqual([401, 401, 413, 400])
    expect(said.length).toBe(posts.length)
    expect(await found()).toEqual([])
  })
})

test('the search finds what is said', async () => {
  const { intercom, found, said } = await listenedTo()
  const { email } = await someone(intercom)
  said.push(`debug sent to ${email}`, 'warn dead letter: pk_test is no key')
  expect(await found()).toEqual(['pk_test', email])
})
