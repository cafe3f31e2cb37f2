// Each case of mappings/*.yaml, by webhook and from history: the same events, the same keys.
import { describe, expect, test } from 'vitest'
import { intercomToKlaviyo } from '../../../connector/index.ts'
import type { PreviewInput, PreviewItem } from '../../../runtime/mapping/preview.ts'
import type { JsonObject } from '../../../runtime/ports/types.ts'
import {
  contactWebhookOf,
  type EventCase,
  type EventTable,
  type Expected,
  eventTables,
  pageOf,
  profileTable,
  WORKSPACE,
  webhookOf,
} from '../../helpers/mapping-cases.ts'

const connector = await intercomToKlaviyo()

/** What of an item is compared: the metric's other events on the same topic have tables of their own. */
async function eventsOf(metric: string, input: PreviewInput): Promise<readonly PreviewItem[]> {
  const { items } = await connector.preview(input)
  return items.filter((item) => 'metric' in item && item.metric === metric)
}

function check(items: readonly PreviewItem[], expected: readonly Expected[]): void {
  expect(items.map(brief)).toEqual(expected.map((one, index) => wanted(one, items[index])))
  for (const [index, { has = {}, without = [] }] of expected.entries()) {
    const { properties = {} } = items[index] as { properties?: JsonObject }
    expect(properties).toMatchObject(has)
    for (const name of without) expect(properties).not.toHaveProperty([name])
  }
}

/** An item in the words of a case. */
function brief(item: PreviewItem): object {
  if ('fault' in item || 'skipped' in item || !('metric' in item)) return item
  const { metric, key, time, properties, profile } = item
  const contact = (profile.properties as JsonObject)['Intercom Contact ID']
  return { metric, key: key.replace(`${WORKSPACE}:`, ''), time, contact, properties }
}

/** What a case leaves unsaid is taken from what came; that there is one at all is never left unsaid. */
function wanted({ has: _, without: __, ...said }: Expected, item: PreviewItem | undefined): object {
  if (item === undefined || said.skipped !== undefined)
    return { ...(item && 'metric' in item && { metric: item.metric }), ...said }
  return { ...brief(item), ...said }
}

const roads = (
  table: EventTable,
  one: EventCase,
): readonly (readonly [string, PreviewInput, readonly Expected[]])[] => [
  ['webhook', webhookOf(table, one), one.webhookEvents ?? one.events ?? []],
  ...(table.stream ? [['history', pageOf(table, one), one.streamEvents ?? one.events ?? []] as const] : []),
]

for (const table of eventTables()) {
  describe(table.metric, () => {
    for (const one of table.cases) {
      for (const [road, input, expected] of roads(table, one)) {
        test(`${road}: ${one.name}`, async () => check(await eventsOf(table.metric, input), expected))
      }
      if (table.stream && one.events) {
        // The central promise: the road leaves no trace, neither in the event nor in its key.
        test(`both roads: ${one.name}`, async () => {
          const [live, history] = [webhookOf(table, one), pageOf(table, one)]
          expect(await eventsOf(table.metric, live)).toEqual(await eventsOf(table.metric, history))
        })
      }
    }
  })
}

describe('Profile', () => {
  const table = profileTable()
  for (const one of table.cases) {
    test(one.name, async () => {
      const { items } = await connector.preview(contactWebhookOf(table, one))
      if (one.skipped) return expect(items).toEqual([{ metric: 'Profile', skipped: one.skipped }])
      expect(items).toHaveLength(1)
      const { profile } = items[0] as { profile: JsonObject }
      if (one.profile) expect(profile).toEqual(one.profile)
      expect(profile).toMatchObject(one.has ?? {})
      for (const name of one.without ?? []) expect(profile).not.toHaveProperty([name])
    })
  }
})
