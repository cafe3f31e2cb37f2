/** Words about problems that pages and alerts share. */
import type { Effect } from './types.ts'

export const EFFECT_NAMES: Readonly<Record<Effect, string>> = {
  lost: 'Being lost',
  late: 'Late',
  kept: 'Kept',
  none: 'Not affected',
}

/** Of a problem without an action. */
export const ENDS_BY_ITSELF = 'It ends by itself.'
