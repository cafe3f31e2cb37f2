/** Compiles `destination.http`: requests for events and profiles, and the meaning of answers. */
import type { Connector } from '../generated/documents.ts'
import type { AnswerMeaning, AnswerTable, HttpDestinationSpec, MessageRequestSpec } from '../http-spec.ts'
import type { SpecNode } from './spec-node.ts'

type Destination = Connector['destination']
type HttpDocument = NonNullable<Destination['http']>

/** Before what the spec says. */
const DEFAULTS: readonly (readonly [AnswerMeaning, readonly (number | string)[]])[] = [
  ['delivered', ['2xx']],
  ['retry', [408, 425, 429, '5xx']],
  ['paused', [401, 403, 404, 405, 410, '3xx']],
  ['dead', ['4xx']],
]

export function compileHttpDestination(
  http: HttpDocument,
  endpoints: Destination['endpoints'],
  node: SpecNode,
): HttpDestinationSpec {
  for (const name of ['events', 'profiles'] as const) {
    if (http[name] === undefined || endpoints[name] !== undefined) continue
    const message = `destination.endpoints lacks "${name}"`
    node.at(name).error({ code: 'spec/missing-endpoint', message, help: 'add it with its path and windows' })
  }
  return {
    events: compileMessageRequest(http.events, node.at('events')),
    ...(http.profiles && { profiles: compileMessageRequest(http.profiles, node.at('profiles')) }),
    answers: compileAnswers(http.answers, node.at('answers')),
  }
}

function compileMessageRequest(
  { method = 'POST', headers = {}, batch }: HttpDocument['events'],
  node: SpecNode,
): MessageRequestSpec {
  const names = Object.keys(headers)
  return {
    method,
    headers: new Map(names.map((name) => [name, node.at('headers', name).expression()])),
    body: node.at('body').expression(),
    ...(batch !== undefined && { batch }),
  }
}

function compileAnswers(answers: HttpDocument['answers'] = {}, node: SpecNode): AnswerTable {
  const table = new Map<number | string, AnswerMeaning>()
  for (const [meaning, statuses] of DEFAULTS) for (const status of statuses) table.set(status, meaning)
  const owners = new Map<number | string, AnswerMeaning>()
  for (const meaning of ['delivered', 'retry', 'paused', 'dead'] as const) {
    for (const [index, status] of (answers[meaning] ?? []).entries()) {
      const owner = owners.get(status)
      owners.set(status, meaning)
      table.set(status, meaning)
      if (owner === undefined) continue
      const message = `status ${status} is listed under ${owner} already`
      node.at(meaning, index).error({ code: 'spec/answer-of-two-meanings', message, help: 'list a status once' })
    }
  }
  return table
}
