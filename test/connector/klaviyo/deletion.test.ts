/** A profile is deleted by its id alone, and compared first. */
import { expect, test } from 'vitest'
import { createKlaviyoDestination } from '../../../connector/klaviyo/destination.ts'
import type { Json } from '../../../runtime/ports/types.ts'
import { never, options, spec } from '../../helpers/klaviyo.ts'

const windows = [{ limit: 1000, interval: 1 }]
const endpoints = {
  ...spec.endpoints,
  profiles: { path: '/api/profiles', windows },
  profileDeletion: { path: '/api/data-privacy-deletion-jobs', windows },
}

/** The requests, and the deletion of a destination that gets this answer. */
function answering(answer: Response) {
  const requests: { readonly method: string; readonly url: string; readonly body: Json }[] = []
  const fetch = async (request: Request) => {
    const text = await request.text()
    requests.push({ method: request.method, url: decodeURIComponent(request.url), body: text && JSON.parse(text) })
    return answer
  }
  const { deletion } = createKlaviyoDestination(options({ fetch, spec: { ...spec, endpoints } }))
  if (deletion === undefined) throw new Error('it deletes')
  return { requests, deletion }
}

test('sends the id and empty attributes', async () => {
  const { requests, deletion } = answering(new Response(null, { status: 202 }))
  expect(await deletion.delete('01ANN', never)).toMatchObject({ status: 202 })
  const profile = { data: { type: 'profile', id: '01ANN', attributes: {} } }
  expect(requests).toMatchObject([
    {
      method: 'POST',
      url: 'https://a.klaviyo.com/api/data-privacy-deletion-jobs',
      body: { data: { type: 'data-privacy-deletion-job', attributes: { profile } } },
    },
  ])
})

test('reads the identifiers of the profile of this id', async () => {
  const attributes = { email: 'ann@mail.shop', phone_number: null }
  const { requests, deletion } = answering(Response.json({ data: [{ type: 'profile', id: '01ANN', attributes }] }))
  expect(await deletion.readIdentifiers('01ANN', never)).toEqual({ email: 'ann@mail.shop' })
  expect(requests[0]?.url).toContain('filter=equals(id,"01ANN")')
})

test('knows no profile of another id, as one that was merged has', async () => {
  const attributes = { email: 'ann@mail.shop' }
  const { deletion } = answering(Response.json({ data: [{ type: 'profile', id: '01BOB', attributes }] }))
  expect(await deletion.readIdentifiers('01ANN', never)).toBeUndefined()
})

test('exists only where the spec has its endpoints', () => {
  const { deletion, findKnown } = createKlaviyoDestination(options())
  expect([deletion, findKnown]).toEqual([undefined, undefined])
})
