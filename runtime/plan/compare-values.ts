/** Counts the values that differ between two events, with a few masked examples of each. */

import { kindOf, maskValue } from '../mapping/coverage/mask.ts'
import type { Json } from '../ports/types.ts'
import type { ValueChange } from './types.ts'

const MAX_EXAMPLES = 3

export interface ValueCounts {
  readonly changes: Map<
    string,
    Pick<ValueChange, 'name' | 'change'> & { count: number; readonly examples: Set<string> }
  >
  /** Events with a value, by name. */
  readonly present: Map<string, { before: number; after: number }>
}

export const createValueCounts = (): ValueCounts => ({ changes: new Map(), present: new Map() })

type Values = ReadonlyMap<string, Json | undefined>

export function compareValues(
  before: Values,
  after: Values,
  { changes, present: presence }: ValueCounts,
  specTexts: ReadonlySet<string>,
): void {
  for (const name of new Set([...before.keys(), ...after.keys()])) {
    const [old, present] = [before.get(name), after.get(name)]
    const counted = presence.get(name) ?? { before: 0, after: 0 }
    presence.set(name, counted)
    counted.before += Number(kindOf(old) !== 'nothing')
    counted.after += Number(kindOf(present) !== 'nothing')
    if (JSON.stringify(old) === JSON.stringify(present)) continue
    const change = kindOfChange(old, present)
    const id = `${change} ${name}`
    const entry = changes.get(id) ?? { name, change, count: 0, examples: new Set<string>() }
    changes.set(id, entry)
    entry.count += 1
    if (entry.examples.size < MAX_EXAMPLES) entry.examples.add(formatExample(name, old, present, specTexts))
  }
}

function kindOfChange(before: Json | undefined, after: Json | undefined): ValueChange['change'] {
  const [old, present] = [kindOf(before), kindOf(after)]
  if (old === present) return 'value'
  if (old === 'nothing') return 'added'
  return present === 'nothing' ? 'removed' : 'type'
}

/** Of a person, types only. */
function formatExample(name: string, before: Json | undefined, after: Json | undefined, texts: ReadonlySet<string>) {
  const mask = (value: Json | undefined) =>
    name.startsWith('profile.') && typeof value === 'number' ? 'number' : maskValue(value, texts)
  return `${mask(before)} → ${mask(after)}`
}

export const toValueChanges = ({ changes, present }: ValueCounts): readonly ValueChange[] =>
  [...changes.values()].map((entry) => ({
    ...entry,
    ...(present.get(entry.name) ?? { before: 0, after: 0 }),
    examples: [...entry.examples],
  }))
