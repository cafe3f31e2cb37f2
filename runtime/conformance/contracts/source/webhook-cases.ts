/** Contract of a source: its webhooks are verified, opened and stored once. */
import assert from 'node:assert/strict'
import { WORKSPACE_IN_WEBHOOKS_CHECKPOINT } from '../../../lib/checkpoint-names.ts'
import { asId } from '../../../lib/json.ts'
import { findResourceByTopic, openEnvelope } from '../../../source/envelope.ts'
import { assertEqual } from '../assertions.ts'
import { type Cases, createEach } from '../cases.ts'
import type { SignatureHeaders, SourceHarness } from './source-harness.ts'

const each = createEach<SourceHarness>()
const never = new AbortController().signal

type Sign = (it: SourceHarness, body: string) => Promise<SignatureHeaders>
const headerOf = ({ spec }: SourceHarness) => spec.webhook.signature?.header ?? ''
const forgeries: readonly [how: string, sign: Sign][] = [
  ['without a signature', async () => ({})],
  ['with an empty signature', async (it, body) => ({ ...(await it.sign(body)), [headerOf(it)]: '' })],
  ['with the signature of another body', (it, body) => it.sign(`${body} `)],
  ['signed by another secret', (it, body) => it.sign(body, 'not the secret')],
  ['signed by an empty secret', (it, body) => it.sign(body, '')],
  [
    'with half of its signature',
    async (it, body) => change(await it.sign(body), headerOf(it), (text) => text.slice(0, -20)),
  ],
]

const change = (headers: SignatureHeaders, name: string, edit: (value: string) => string): SignatureHeaders => ({
  ...headers,
  [name]: edit(headers[name] ?? ''),
})

export const webhookCases: Cases<SourceHarness> = {
  'has a secret, and no blank one': async ({ source }) => {
    const secrets = await source.secrets()
    assert.ok(secrets.length > 0)
    assert.ok(secrets.every((secret) => secret.trim() !== ''))
  },

  'a signed notification is stored as received, and a second time not at all': async (it) => {
    assert.ok(it.notifications.length > 0, 'make returns notifications')
    for (const notification of it.notifications) {
      const before = (await it.store.backlog('live')).records
      const body = JSON.stringify(notification, null, 1)
      for (let times = 0; times < 2; times++) assert.equal(await it.post(body, await it.sign(body)), 200)
      assert.equal((await it.store.backlog('live')).records, before + 1)
    }
    const stored = await it.store.lease({ lane: 'live', limit: 1000, leaseMs: 1000 })
    const bodies = it.notifications.map((one) => JSON.stringify(one, null, 1))
    for (const { body } of stored) assert.ok(bodies.includes(body), 'the body is stored unchanged')
  },

  'each of its secrets verifies, as during a rotation': async (it) => {
    const body = JSON.stringify(it.notifications[0])
    for (const secret of await it.source.secrets()) assert.equal(await it.post(body, await it.sign(body, secret)), 200)
  },

  ...each(
    forgeries,
    ([how]) => `a notification ${how} is refused with 401 and not stored`,
    async (it, [, sign]) => {
      const body = JSON.stringify(it.notifications[0])
      assert.equal(await it.post(body, await sign(it, body)), 401)
      assert.equal((await it.store.backlog('live')).records, 0)
    },
  ),

  'a notification names its id, a topic of a resource, and the account that the source names': async (it) => {
    const account = await it.network.run(it.client.workspace(never))
    const inWebhooks = asId(await it.store.readCheckpoint(WORKSPACE_IN_WEBHOOKS_CHECKPOINT))
    const { envelope } = it.spec.webhook
    for (const notification of it.notifications) {
      const { id, topic, workspace, time } = await openEnvelope(notification, it.spec)
      assert.ok(envelope.id === undefined || id !== undefined, `${topic} has an id`)
      assert.ok(envelope.time === undefined || time !== undefined, `${topic} has a time`)
      if (envelope.workspace !== undefined) assert.equal(workspace, inWebhooks ?? account)
      const isKnown = findResourceByTopic(topic, it.spec) !== undefined || it.spec.webhook.ignoredTopics.has(topic)
      assert.ok(isKnown, `${topic} is a topic of a resource`)
    }
  },

  'two notifications of one item have one ordering key': async (it) => {
    const [notification] = it.notifications
    if (notification === undefined) throw new Error('make returns no notification')
    const body = JSON.stringify(notification)
    await it.post(body, await it.sign(body))
    const { id } = await openEnvelope(notification, it.spec)
    // The same item under another id, as the source sends it after the next change.
    const other = body.replaceAll(JSON.stringify(id), JSON.stringify(`${id}-2`))
    await it.post(other, await it.sign(other))
    const [first, ...others] = await it.store.lease({ lane: 'live', limit: 10, leaseMs: 1000 })
    assertEqual(others, [])
    assert.ok(asId(first?.orderingKey)?.startsWith(first?.workspace ?? 'none'), 'the key begins with the account')
    assert.equal((await it.store.backlog('live')).records, 2)
  },
}
