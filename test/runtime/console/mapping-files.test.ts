/** The page of a metric shows the spec's own file and the file of the base that it changes. */
import { expect, test } from 'vitest'
import { loadConnectorSpec } from '../../../connector/spec.ts'
import { openConsole } from '../../helpers/console.ts'

test('a metric of a spec that extends another shows both files', async () => {
  const spec = await loadConnectorSpec(new URL('../../../examples/own-spec/', import.meta.url))
  const shop = await openConsole({ connector: { spec } })
  const page = await shop.browser().text('/metric/Created%20Conversation')
  const files = [...page.matchAll(/<summary><code>([^<]*)/g)].map(([, path]) => path)
  expect(files).toEqual([
    'mappings/created-conversation.yaml',
    'intercom-to-klaviyo/mappings/created-conversation.yaml',
    'intercom-to-klaviyo/mappings/_conversation.yaml',
  ])
  expect(page).toContain('mappings/created-conversation.yaml:3:10')
})
