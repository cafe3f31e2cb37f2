/** A value as the checks know it before an expression runs: its fields, and the reads by which it can change. */
import { type FieldType, uniteFieldTypes } from './field-type.ts'
import { type KnownShape, uniteShapes } from './shape.ts'

/** A read whose result differs between two records of one occurrence. */
export interface Change {
  /**
   * `field`: of a declared shape. `list`: its items and their order. `position`: of an item in an undeclared list.
   * `record`: the whole record. `untraced`: syntax that may read any field.
   */
  readonly kind: 'field' | 'list' | 'position' | 'record' | 'untraced'
  /** The field, with those that are read from it if they are not declared; or the syntax. */
  readonly name: string
  /** The shape that has the field. */
  readonly holder?: KnownShape
  /** The shape of the field's value. */
  readonly shape?: KnownShape
  /** Offsets into the expression's text. Absent for a read in another expression. */
  readonly span?: readonly [start: number, end: number] | undefined
}

/** A declared field without fields of its own, or the result of a computation. */
export interface TypedField {
  /** `conversation.state`, `the result of $count`. */
  readonly name: string
  readonly type: FieldType
  readonly isComputed?: true
}

/** `list`: a list, also of one element. `items`: one value or a list of them, by the record, as a path over a list gives. */
export type Plural = 'list' | 'items' | undefined

export interface Value {
  readonly shape: KnownShape
  /** What is known of its type, and of that of its elements. */
  readonly field?: TypedField | undefined
  readonly plural?: Plural
  /** By these the value itself changes. */
  readonly changes: readonly Change[]
  /** By these another value takes its place: the lists, filters and conditions that select it. */
  readonly selections: readonly Change[]
  /** The members of an object that the expression constructs. */
  readonly members?: ReadonlyMap<string, Value>
  /** The elements of a list that the expression constructs. */
  readonly elements?: readonly Value[]
  /** Calls the function that it is. `isOnlyCall`: no other call has other arguments. */
  readonly call?: (args: readonly Value[], isOnlyCall?: boolean) => Value
  /** No declaration lists its fields. */
  readonly isUndeclared?: boolean
}

/** A literal, or a value about which nothing is known. */
export const CONSTANT: Value = { shape: undefined, changes: [], selections: [] }

/** The input of an expression. */
export const createRecord = (shape: KnownShape): Value => ({
  shape,
  changes: [{ kind: 'record', name: shape?.name ?? 'the record' }],
  selections: [],
  isUndeclared: shape === undefined,
})

export const isRecord = ({ changes }: Value): boolean => changes.some(({ kind }) => kind === 'record')

/** Drops doubles: `$x & $x` would double the list with each line of a long block. */
export function joinChanges(...lists: readonly (readonly Change[])[]): readonly Change[] {
  const [first = [], ...rest] = lists.filter((list) => list.length > 0)
  return rest.length === 0 ? first : [...new Set([first, ...rest].flat())]
}

const hasList = (changes: readonly Change[]): boolean => changes.some(({ kind }) => kind === 'list')

/** Everything that can change it. An item of a list needs no further reason. */
export const listChanges = ({ changes, selections }: Value): readonly Change[] =>
  hasList(selections) ? selections : joinChanges(changes, selections)

/** Everything that can change whether it exists. An object with a field that never changes comes once and stays. */
export const listPresenceChanges = (value: Value): readonly Change[] =>
  value.members !== undefined || (value.shape?.fixed.size ?? 0) > 0 ? value.selections : listChanges(value)

/** The result of a computation: any change of its operands changes it. */
export const compute = (...operands: readonly (readonly Change[])[]): Value => ({
  ...CONSTANT,
  changes: joinChanges(...operands),
})

/** The value, if `changes` can select another one in its place. */
export function select(value: Value, ...changes: readonly (readonly Change[])[]): Value {
  const selections = joinChanges(value.selections, ...changes)
  return selections === value.selections ? value : { ...value, selections }
}

/** As `select`, for a filter or an order: of a list, it adds nothing to what can change. */
export const selectItem = (value: Value, changes: readonly Change[]): Value =>
  hasList(value.selections) ? value : select(value, changes)

export function unite(a: Value, b: Value): Value {
  const [changes, selections] = [joinChanges(a.changes, b.changes), joinChanges(a.selections, b.selections)]
  const isUndeclared = a.isUndeclared === true && b.isUndeclared === true
  const members = a.members && b.members && uniteMembers(a.members, b.members)
  return {
    shape: uniteShapes(a.shape, b.shape),
    field: uniteFields(a.field, b.field),
    // Beside a single value, a list is the expression's own choice.
    plural: a.plural === b.plural ? a.plural : a.plural && b.plural && 'items',
    changes,
    selections,
    isUndeclared,
    ...(members && { members }),
  }
}

function uniteFields(a: TypedField | undefined, b: TypedField | undefined): TypedField | undefined {
  if (a === undefined || b === undefined || a === b) return a && b
  const type = uniteFieldTypes(a.type, b.type)
  return type && { name: a.name === b.name ? a.name : `${a.name} or ${b.name}`, type, isComputed: true }
}

/** One item of it. */
export const single = (value: Value): Value => (value.plural === undefined ? value : { ...value, plural: undefined })

/** The value that an expression gives for each item of a list. */
export const forEachItem = (value: Value, list: Value): Value =>
  list.plural === undefined ? value : { ...value, plural: 'items' }

function uniteMembers(a: ReadonlyMap<string, Value>, b: ReadonlyMap<string, Value>): ReadonlyMap<string, Value> {
  const members = new Map(a)
  for (const [name, value] of b) {
    const other = a.get(name)
    members.set(name, other === undefined ? value : unite(other, value))
  }
  return members
}

/** The type of a field that `*` stands for: no record must have it. */
const ANY_OTHER: FieldType = { kinds: new Set(), isFixed: false, isOptional: true }

/** Undefined if the value is known not to have the field. */
export function readField(value: Value, name: string, span: Change['span']): Value | undefined {
  const { shape, members, selections } = value
  if (members !== undefined)
    return forEachItem(select(placeChanges(members.get(name) ?? CONSTANT, span), selections), value)
  if (shape === undefined) return readUnlisted(value, name, span)
  const key = shape.fields.has(name) ? name : '*'
  if (!shape.fields.has(key)) return undefined
  const inner = shape.fields.get(key)
  const change = { name, holder: shape, shape: inner, span }
  const type = shape.types.get(key) ?? (key === '*' && inner === undefined ? ANY_OTHER : undefined)
  return {
    shape: inner,
    plural: value.plural ? 'items' : shape.lists.has(key) ? 'list' : undefined,
    ...(type && { field: { name: `${shape.name}.${name}`, type } }),
    changes: shape.fixed.has(key) ? [] : [{ kind: 'field', ...change }],
    selections: shape.lists.has(key) ? joinChanges(selections, [{ kind: 'list', ...change }]) : selections,
  }
}

/** Of an undeclared value, the name alone says whether it changes. Any other changes as its holder does. */
function readUnlisted(value: Value, name: string, span: Change['span']): Value {
  const { isUndeclared = false, changes, selections } = value
  const plural = value.plural && 'items'
  if (isUndeclared) {
    const ownChanges = name === 'updated_at' ? [{ kind: 'field', name, span } as const] : []
    return { shape: undefined, plural, changes: ownChanges, selections, isUndeclared }
  }
  const inner = (change: Change): Change =>
    change.kind === 'field' && change.shape === undefined ? { ...change, name: `${change.name}.${name}`, span } : change
  return { shape: undefined, plural, changes: changes.map(inner), selections }
}

/** Gives the changes of another expression the place where this one reads them. */
export function placeChanges(value: Value, span: Change['span']): Value {
  const place = (changes: readonly Change[]) =>
    changes.every((change) => change.span) ? changes : changes.map((change) => ({ span, ...withoutGap(change) }))
  const [changes, selections] = [place(value.changes), place(value.selections)]
  return changes === value.changes && selections === value.selections ? value : { ...value, changes, selections }
}

const withoutGap = ({ span, ...change }: Change): Change => (span === undefined ? change : { span, ...change })

/** An item of a list, as another expression sees it: whether and where the list has it, does not change the item. */
export function toItem({ shape, field, changes, members, isUndeclared = false }: Value, name: string): Value {
  const asWhole = shape && changes.length > 0 ? [{ kind: 'record', name } as const] : undefined
  return {
    shape,
    field,
    isUndeclared,
    changes: asWhole ?? changes.map(({ span, ...change }) => change),
    selections: [],
    ...(members && { members: new Map([...members].map(([key, member]) => [key, toItem(member, key)])) }),
  }
}
