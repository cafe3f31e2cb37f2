/** Collects the fields of one message that were changed so that Klaviyo accepts it. */
import type { FieldChange, Receipt } from '../../../runtime/ports/types.ts'

/** Member names and list indexes from the message down. */
export type Path = readonly (string | number)[]

/** Names below `properties`: deeper ones may be data. */
const MAX_NAMES = 2
const MAX_NAME_LENGTH = 60
/** One more entry counts the rest. */
const MAX_CHANGES = 20

export class ChangeLog {
  readonly #changes: Map<string, FieldChange>

  constructor(known: readonly FieldChange[] = []) {
    this.#changes = new Map(known.map((change) => [change.field, change]))
  }

  /** A later change of a field replaces an earlier one. */
  add(path: Path, action: FieldChange['action'], reason: string): void {
    const field = fieldName(path)
    this.#changes.set(field, { field, action, reason })
  }

  list(): readonly FieldChange[] {
    const all = [...this.#changes.values()]
    const listed = all.slice(0, MAX_CHANGES)
    const [last] = all.slice(MAX_CHANGES)
    return last === undefined ? all : [...listed, { ...last, field: `${all.length - MAX_CHANGES} more fields` }]
  }
}

function fieldName(path: Path): string {
  const end = path.indexOf('properties') + 1 + MAX_NAMES
  const names = path.slice(0, end).map((step) => String(step).slice(0, MAX_NAME_LENGTH))
  return names.join('.') + (path.length > end ? '…' : '')
}

export const PHONE_REJECTED: FieldChange = {
  field: 'profile.phone_number',
  action: 'omitted',
  reason: 'Klaviyo rejected it',
}

/** The receipt with further changes. */
export function withChanges(receipt: Receipt, changes: readonly FieldChange[]): Receipt {
  return changes.length === 0 ? receipt : { ...receipt, changes: [...(receipt.changes ?? []), ...changes] }
}
