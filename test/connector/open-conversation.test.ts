/** A job of the cook book: a profile property that says whether a person has an open conversation. */
import { beforeAll, expect, test } from 'vitest'
import type { JsonObject } from '../../runtime/ports/types.ts'
import type { Spec } from '../../runtime/spec/spec.ts'
import { startConnector } from '../helpers/connector-harness.ts'
import { loadChangedSpec, readCookBook } from '../helpers/spec/changed-spec.ts'

const CONTACT = '6960000000000000000000a1'
const EMAIL = 'ada@mail.sandbox-shop.com'

let spec: Spec
beforeAll(async () => {
  spec = await loadChangedSpec(readCookBook('Has an open conversation'))
})

async function start() {
  const contact = { type: 'contact', id: CONTACT, role: 'user', email: EMAIL, updated_at: 1_768_000_000 }
  const intercept = (request: Request) =>
    request.url.endsWith(`/contacts/${CONTACT}`) ? Response.json(contact) : undefined
  const { notify, work, klaviyo, clock } = await startConnector({ intercept, connector: { settings: { spec } } })
  const begin = Math.floor(clock.now() / 1000)
  let notices = 0
  async function tell(topic: string, id: string, at: number, part?: JsonObject): Promise<void> {
    const author = { type: 'user', id: CONTACT }
    const parts =
      part === undefined
        ? []
        : [{ type: 'conversation_part', id: `p${++notices}`, created_at: begin + at, author, ...part }]
    const item = {
      type: 'conversation',
      id,
      created_at: begin + (part === undefined ? at : -900),
      source: { type: 'conversation', delivered_as: 'customer_initiated', author },
      contacts: { type: 'contact.list', contacts: [{ type: 'contact', id: CONTACT }] },
      conversation_parts: { type: 'conversation_part.list', total_count: parts.length, conversation_parts: parts },
    }
    await notify(topic, item, { id: `n${++notices}` })
    await work()
  }
  return {
    created: (id: string, at: number) => tell('conversation.user.created', id, at),
    replied: (id: string, at: number) => tell('conversation.user.replied', id, at, { part_type: 'comment' }),
    closed: (id: string, at: number) =>
      tell('conversation.admin.closed', id, at, { part_type: 'close', author: { type: 'bot', id: '1' } }),
    isOpen: () => (klaviyo.profile(EMAIL)?.attributes.properties as JsonObject)?.['Has Open Conversation'],
    metrics: () => klaviyo.events().map(({ metric }) => metric),
  }
}

test('created, closed, and opened again by a reply', async () => {
  const { created, closed, replied, isOpen, metrics } = await start()
  await created('1', -100)
  expect(isOpen()).toBe(true)
  await closed('1', -60)
  expect(isOpen()).toBe(false)
  await replied('1', -30)
  expect(isOpen()).toBe(true)
  expect(metrics()).toEqual(['Created Conversation', 'Closed Conversation', 'Replied to Conversation'])
})

test('a notice of a reply that arrives after the close it came before', async () => {
  const { created, closed, replied, isOpen } = await start()
  await created('1', -100)
  await closed('1', -30)
  await replied('1', -60)
  expect(isOpen()).toBe(false)
})

test('of two open conversations one is closed: as the guide says', async () => {
  const { created, closed, isOpen } = await start()
  await created('1', -100)
  await created('2', -90)
  await closed('1', -60)
  expect(isOpen()).toBe(false)
})

test('the commented example of the shipped mapping works as it stands', async () => {
  const uncomment = (text: string) => text.replace(/^# (profile:\n)# /m, '$1')
  const { mappings } = await loadChangedSpec({ 'mappings/created-conversation.yaml': uncomment })
  const created = mappings.find(({ metric }) => metric === 'Created Conversation')
  expect(created?.profileProperties.map(({ name }) => name)).toEqual(['Has Open Conversation'])
})
