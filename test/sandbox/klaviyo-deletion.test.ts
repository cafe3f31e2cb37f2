/** The local Klaviyo deletes profiles as the data-privacy API does: by exactly one identifier. */
import { expect, test } from 'vitest'
import { IMPORT, startKlaviyo } from '../helpers/sandbox-klaviyo-bodies.ts'

const DELETIONS = '/api/data-privacy-deletion-jobs'

const deletion = (data: object) => ({
  data: { type: 'data-privacy-deletion-job', attributes: { profile: { data: { type: 'profile', ...data } } } },
})
const imported = (attributes: object) => ({ data: { type: 'profile', attributes } })

test('by id, e-mail address or phone number, and counts them', async () => {
  const { server, call } = startKlaviyo()
  for (const attributes of [{ email: 'ann@klaviyo-demo.com' }, { phone_number: '+353861234567' }])
    await call(IMPORT, imported(attributes))
  const { id } = server.profile('ann@klaviyo-demo.com') ?? {}
  expect((await call(DELETIONS, deletion({ id, attributes: {} }))).status).toBe(202)
  expect((await call(DELETIONS, deletion({ attributes: { phone_number: '+353861234567' } }))).status).toBe(202)
  expect(server.summary()).toMatchObject({ profiles: 0, deletedProfiles: 2 })
  expect(await (await server.fetch(new Request('http://localhost/'))).text()).toContain('<td>deletedProfiles</td>')
})

test('accepts an unknown profile, as Klaviyo does', async () => {
  const { server, call } = startKlaviyo()
  expect((await call(DELETIONS, deletion({ id: '01NOBODY', attributes: {} }))).status).toBe(202)
  expect(server.summary().deletedProfiles).toBe(0)
})

test.each([
  ['without an identifier', { attributes: {} }],
  ['with two', { id: '01ANN', attributes: { email: 'ann@klaviyo-demo.com' } }],
  ['without attributes', { id: '01ANN' }],
  ['with an invalid address', { attributes: { email: 'ann' } }],
])('refuses a deletion %s', async (_, data) => {
  const { call } = startKlaviyo()
  expect((await call(DELETIONS, deletion(data))).status).toBe(400)
})
