/** One entry of a completion list. */
import type { Description } from './docs/descriptions.ts'

export interface Completion {
  readonly label: string
  readonly kind: 'field' | 'variable' | 'function' | 'value' | 'name' | 'key'
  readonly insert: string
  /** Number of characters before the place that it replaces. */
  readonly replaces: number
  readonly description?: Description | undefined
}
