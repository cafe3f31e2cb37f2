/** A mapping that is edited during an import, on real connectors: what is not sent yet is mapped by the new one. */
import { pathToFileURL } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { connectorFromSpec } from '../../../connector/index.ts'
import { loadConnectorSpec } from '../../../connector/spec.ts'
import { createReloadableConnector } from '../../../runtime/cli/reload/reloadable-connector.ts'
import { untilAborted } from '../../../runtime/lib/abort.ts'
import type { Fetch } from '../../../runtime/ports/effects.ts'
import { silentLogger } from '../../../runtime/system.ts'
import { startConnector } from '../../helpers/connector-harness.ts'
import { copySpec } from '../../helpers/editing-console.ts'
import { createCleanup } from '../../helpers/processes/processes.ts'

const closing = createCleanup()
afterEach(() => closing.close())

/** Answers no request for the second page of conversations until it is opened, or the request is aborted. */
function holdSecondPage() {
  const open = new AbortController()
  let asked = 0
  const intercept = async (request: Request): Promise<undefined> => {
    if (!request.url.endsWith('/conversations/search') || open.signal.aborted) return
    if (!(await request.clone().text()).includes('starting_after')) return
    asked += 1
    await Promise.race([untilAborted(open.signal), untilAborted(request.signal)])
    request.signal.throwIfAborted()
  }
  return { intercept, asked: () => asked, open: () => open.abort() }
}

test('goes on with the new mapping: one import, each event once', async () => {
  const secondPage = holdSecondPage()
  const { folder, read, write } = copySpec(closing)
  const load = () => loadConnectorSpec(pathToFileURL(`${folder}/`))
  const shop = await startConnector({
    conversations: 200,
    tickets: 20,
    intercept: secondPage.intercept,
    connector: { settings: { spec: await load() } },
  })
  const { clock, store, klaviyo, intercom } = shop
  const reloadable = createReloadableConnector(shop.connector)
  const { connector } = reloadable

  const phases: string[] = []
  let wasEdited = false
  const importing = (async () => {
    const signal = new AbortController().signal
    for await (const { phase, resumed } of connector.backfill({ restart: true, startedBy: 'console', signal })) {
      phases.push(phase)
      wasEdited ||= resumed
    }
  })()
  while (secondPage.asked() === 0 || klaviyo.events().length === 0) await clock.advance(1_000)
  expect(await connector.runningBackfill()).toMatchObject({ thisProcess: true })

  const path = 'mappings/created-conversation.yaml'
  write(path, `${read(path)}properties:\n  Edited: "'yes'"\n`)
  const fetch: Fetch = (request) =>
    request.url.startsWith('https://a.klaviyo.com') ? klaviyo.fetch(request) : intercom.fetch(request)
  const secrets = { intercomAccessToken: 'test-token', intercomClientSecret: shop.secret, klaviyoApiKey: 'pk_test' }
  const effects = { clock, fetch, random: () => 0.5, logger: silentLogger, secrets }
  const next = connectorFromSpec(await load(), store, effects)
  await next.adoptSpec()
  await clock.until(reloadable.replace(next))
  secondPage.open()
  await clock.until(importing)

  expect(phases.at(-1)).toBe('done')
  expect(wasEdited).toBe(true)
  const edited = klaviyo.events({ metric: 'Created Conversation' }).map(({ properties }) => properties.Edited)
  expect(edited.filter((value) => value === undefined).length).toBeGreaterThan(50)
  expect(edited.filter((value) => value === 'yes').length).toBeGreaterThan(20)
  expect(klaviyo.summary()).toMatchObject({ duplicates: 0, refused: 0, flowTriggering: 0 })
  expect(await connector.listRuns()).toHaveLength(1)
  expect(await connector.runningBackfill()).toBeUndefined()
})
