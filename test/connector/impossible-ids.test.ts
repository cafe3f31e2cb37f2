/** Ids that no path of a URL can carry: the record they belong to fails with the place in the mapping, and no other does. */
import { expect, test } from 'vitest'
import { findContactWithEmail, startConnector } from '../helpers/connector-harness.ts'

const BROKEN = ['6650\ud800', '\udc00', '.', '..']

async function startWithConversation() {
  const harness = await startConnector({ conversations: 1, tickets: 0 })
  const { id } = await findContactWithEmail(harness.intercom)
  const created_at = Math.floor(harness.clock.now() / 1000) - 60
  const conversation = (own: string, author: string) => ({
    ...{ type: 'conversation', id: own, created_at },
    source: { type: 'conversation', delivered_as: 'customer_initiated', author: { type: 'user', id: author } },
    // Another person, who must not get the event.
    contacts: { type: 'contact.list', contacts: [{ type: 'contact', id }] },
  })
  const fault = async () => {
    await harness.work()
    const [letter] = await harness.store.listDeadLetters({ limit: 1 })
    return letter?.outcome?.events[0]?.fault ?? letter?.outcome
  }
  return { ...harness, id, conversation, fault }
}

test.each(BROKEN)('the contact %j is a fault of the data, and no one else gets the event', async (author) => {
  const { notify, conversation, fault, klaviyo } = await startWithConversation()
  expect(await notify('conversation.user.created', conversation('1', author))).toBe(200)
  expect(await fault()).toMatchObject({
    kind: 'data',
    code: 'mapping/impossible-contact',
    place: expect.stringMatching(/created-conversation\.yaml:\d+:\d+$/),
  })
  expect(klaviyo.events()).toEqual([])
})

test.each(BROKEN)('the conversation %j is a fault of the data', async (own) => {
  const { notify, conversation, fault, id } = await startWithConversation()
  expect(await notify('conversation.user.created', conversation(own, id))).toBe(200)
  expect(await fault()).toMatchObject({
    kind: 'data',
    code: 'mapping/no-key',
    place: expect.stringMatching(/created-conversation\.yaml:\d+:\d+$/),
  })
})

test.each(BROKEN)('a contact %j with the address of another one does not fail the other', async (broken) => {
  const { notify, work, store, clock } = await startWithConversation()
  const contact = (own: string, email: string, age: number) => ({
    ...{ type: 'contact', role: 'user', id: own, email },
    updated_at: Math.floor(clock.now() / 1000) - age,
  })
  await notify('contact.user.updated', contact(broken, 'ann@mail.example.com', 30), { id: 'n1' })
  await notify('contact.user.updated', contact('c1', 'ann@mail.example.com', 20), { id: 'n2' })
  await work()
  await notify('contact.user.updated', contact('c1', 'ann.march@mail.example.com', 10), { id: 'n3' })
  await work(60_000)
  const [entry] = await store.trace('n3')
  expect(entry?.status).toBe('delivered')
  expect(await store.countDeadLetters()).toBe(0)
})
