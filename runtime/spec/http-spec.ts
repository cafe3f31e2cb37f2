/** What connector.yaml says of sides without code of their own: settings, keys and the requests of a destination. */
import type { Expression } from '../expression/expression.ts'

/** A value that an installation provides. */
export interface SettingSpec {
  readonly env: string
  readonly description: string
  readonly howToGet: string
  /** Absent: it is required. */
  readonly default?: string
}

/** `{name}` in `user` is a setting. */
export type KeyAuthSpec = { readonly key: string } & (
  | { readonly scheme: 'bearer' }
  | { readonly scheme: 'basic'; readonly user: string }
  | { readonly scheme: 'header'; readonly header: string; readonly prefix: string }
)

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
