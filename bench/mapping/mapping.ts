/** Maps one event five ways: by the connector compiled and interpreted, by hand twice, by a template engine. */
import { deepStrictEqual } from 'node:assert/strict'
import { type Candidate, compare } from '../harness/compare.ts'
import type { ResultTable } from '../harness/result-table.ts'
import { connectorMapper, onInterpreter } from './connector.ts'
import { createdConversation, resolvedTicket } from './idiomatic.ts'
import { type Result, type Sample, samples } from './samples.ts'
import { templateMapper } from './template.ts'
import { tunedConversation, tunedTicket } from './tuned.ts'

type Mapper = (sample: Sample) => Result | Promise<Result>

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

export async function runBenchmark(): Promise<readonly ResultTable[]> {
  const tables: ResultTable[] = []
  for (const { metric, resource, idiomatic, tuned } of events) {
    const mappers: Readonly<Record<string, Mapper>> = {
      'connector, compiled': await connectorMapper(metric),
      'by hand, idiomatic': idiomatic,
      'by hand, tuned': tuned,
      'json-template-engine': templateMapper(metric),
      'connector, on the JSONata interpreter': await connectorMapper(metric, onInterpreter),
    }
    const inputs = samples(resource, SAMPLES)
    await assertEqualResults(mappers, inputs)
    const measured = await compare(Object.entries(mappers).map(([label, map]) => candidate(label, map, inputs)))
    tables.push({
      title: `${metric} with the profile, one event`,
      rows: measured.map(({ name: candidate, micros, ratio }) => ({ candidate, µs: micros, 'times the first': ratio })),
    })
  }
  return tables
}

async function assertEqualResults(mappers: Readonly<Record<string, Mapper>>, inputs: readonly Sample[]): Promise<void> {
  const [first, ...others] = Object.entries(mappers)
  for (const sample of inputs) {
    const expected = await first?.[1](sample)
    for (const [name, map] of others) deepStrictEqual(await map(sample), expected, `${name} maps to another event`)
  }
}

function candidate(name: string, map: Mapper, inputs: readonly Sample[]): Candidate {
  return {
    name,
    operations: inputs.length,
    run: async () => {
      for (const sample of inputs) {
        const result = map(sample)
        if (result instanceof Promise) await result
      }
    },
  }
}
