/** One event, mapped: ours compiled and interpreted, by hand twice, and by a template engine. Equal before they are timed. */
import { deepStrictEqual } from 'node:assert/strict'
import type { Table } from '../report.ts'
import { type Contestant, rounds } from '../rounds.ts'
import { createdConversation, resolvedTicket } from './idiomatic.ts'
import { interpreted, ours } from './ours.ts'
import { type Result, type Sample, samples } from './samples.ts'
import { template } from './template.ts'
import { tunedConversation, tunedTicket } from './tuned.ts'

type Map = (sample: Sample) => Result | Promise<Result>

const SAMPLES = 200

const events = [
  {
    metric: 'Created Conversation',
    resource: 'conversation',
    idiomatic: createdConversation,
    tuned: tunedConversation,
  },
  { metric: 'Resolved Ticket', resource: 'ticket', idiomatic: resolvedTicket, tuned: tunedTicket },
] as const

export async function run(): Promise<readonly Table[]> {
  const tables: Table[] = []
  for (const { metric, resource, idiomatic, tuned } of events) {
    const maps: Readonly<Record<string, Map>> = {
      'ours, compiled': await ours(metric),
      'by hand, idiomatic': idiomatic,
      'by hand, tuned': tuned,
      'json-template-engine': template(metric),
      'ours, on the JSONata interpreter': await ours(metric, interpreted),
    }
    const given = samples(resource, SAMPLES)
    await same(maps, given)
    const measured = await rounds(Object.entries(maps).map(([label, map]) => contestant(label, map, given)))
    tables.push({
      title: `${metric} with the profile, one event`,
      rows: measured.map(({ name: contestant, micros, ratio }) => ({ contestant, µs: micros, 'times ours': ratio })),
    })
  }
  return tables
}

async function same(maps: Readonly<Record<string, Map>>, given: readonly Sample[]): Promise<void> {
  const [first, ...others] = Object.entries(maps)
  for (const sample of given) {
    const expected = await first?.[1](sample)
    for (const [name, map] of others) deepStrictEqual(await map(sample), expected, `${name} gives another event`)
  }
}

function contestant(name: string, map: Map, given: readonly Sample[]): Contestant {
  return {
    name,
    operations: given.length,
    run: async () => {
      for (const sample of given) {
        const result = map(sample)
        if (result instanceof Promise) await result
      }
    },
  }
}
