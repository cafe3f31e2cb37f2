/** The compiled `destination.http`: the requests of a destination without code of its own. */
import type { Expression } from '../expression/expression.ts'

export interface HttpDestinationSpec {
  readonly events: MessageRequestSpec
  /** Absent: changes of people alone are not sent. */
  readonly profiles?: MessageRequestSpec
  readonly answers: AnswerTable
}

export interface MessageRequestSpec {
  readonly method: 'POST' | 'PUT' | 'PATCH'
  readonly headers: ReadonlyMap<string, Expression>
  readonly body: Expression
  /** Events in one request, as `events`. Absent: one, as it is. */
  readonly batch?: number
}

/** `paused`: records wait until a person has changed the settings. */
export type AnswerMeaning = 'delivered' | 'retry' | 'paused' | 'dead'

/** By status, or by its range such as 4xx. The exact one counts before the range. */
export type AnswerTable = ReadonlyMap<number | string, AnswerMeaning>
