/** Runs each case of test/mappings by webhook and by stream: equal events, equal keys. */
import { describe, expect, test } from 'vitest'
import { intercomToKlaviyo } from '../../../connector/index.ts'
import type { PreviewInput, PreviewItem } from '../../../runtime/mapping/preview.ts'
import type { JsonObject } from '../../../runtime/ports/types.ts'
import {
  type EventCase,
  type EventTable,
  type ExpectedEvent,
  readEventTables,
  readProfileTable,
  toContactWebhook,
  toStreamRecord,
  toWebhook,
  WORKSPACE,
} from '../../helpers/spec/mapping-cases.ts'

const connector = await intercomToKlaviyo()

/** Drops events of other metrics on the same topic, which have tables of their own. */
async function eventsOf(metric: string, input: PreviewInput): Promise<readonly PreviewItem[]> {
  const { items } = await connector.preview(input)
  return items.filter((item) => 'metric' in item && item.metric === metric)
}

function check(items: readonly PreviewItem[], expected: readonly ExpectedEvent[]): void {
  expect(items.map(toCase)).toEqual(expected.map((one, index) => fillIn(one, items[index])))
  for (const [index, { has = {}, without = [] }] of expected.entries()) {
    const { properties = {} } = items[index] as { properties?: JsonObject }
    expect(properties).toMatchObject(has)
    for (const name of without) expect(properties).not.toHaveProperty([name])
  }
}

/** An item in the form of a case. */
function toCase(item: PreviewItem): object {
  if ('fault' in item || 'skipped' in item || !('metric' in item)) return item
  const { metric, key, time, properties, profile } = item
  const contact = (profile.properties as JsonObject)['Intercom Contact ID']
  return { metric, key: key.replace(`${WORKSPACE}:`, ''), time, contact, properties }
}

/** Absent keys of a case come from the actual item, if there is one. */
function fillIn({ has: _, without: __, ...expected }: ExpectedEvent, item: PreviewItem | undefined): object {
  if (item === undefined || expected.skipped !== undefined)
    return { ...(item && 'metric' in item && { metric: item.metric }), ...expected }
  return { ...toCase(item), ...expected }
}

const ingresses = (
  table: EventTable,
  one: EventCase,
): readonly (readonly [string, PreviewInput, readonly ExpectedEvent[]])[] => [
  ['webhook', toWebhook(table, one), one.webhookEvents ?? one.events ?? []],
  ...(table.stream ? [['stream', toStreamRecord(table, one), one.streamEvents ?? one.events ?? []] as const] : []),
]

for (const table of readEventTables()) {
  describe(table.metric, () => {
    for (const one of table.cases) {
      for (const [ingress, input, expected] of ingresses(table, one)) {
        test(`${ingress}: ${one.name}`, async () => check(await eventsOf(table.metric, input), expected))
      }
      if (table.stream && one.events) {
        // The central promise: an event and its key do not depend on the ingress.
        test(`both ingresses: ${one.name}`, async () => {
          const [live, history] = [toWebhook(table, one), toStreamRecord(table, one)]
          expect(await eventsOf(table.metric, live)).toEqual(await eventsOf(table.metric, history))
        })
      }
    }
  })
}

describe('Profile', () => {
  const table = readProfileTable()
  for (const one of table.cases) {
    test(one.name, async () => {
      const { items } = await connector.preview(toContactWebhook(table, one))
      if (one.skipped) return expect(items).toEqual([{ metric: 'Profile', skipped: one.skipped }])
      expect(items).toHaveLength(1)
      const { profile } = items[0] as { profile: JsonObject }
      if (one.profile) expect(profile).toEqual(one.profile)
      expect(profile).toMatchObject(one.has ?? {})
      for (const name of one.without ?? []) expect(profile).not.toHaveProperty([name])
    })
  }
})
