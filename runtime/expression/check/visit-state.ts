/** What a visit of an expression knows, and what it finds. */
import type { FunctionTable } from '../functions.ts'
import type { Problem } from '../parse.ts'
import type { Scope } from './scope.ts'
import type { Shape } from './shape.ts'
import type { Value } from './value.ts'

/** A field that none of the possible values has. */
export interface UnknownField {
  readonly name: string
  /** The shape of the value it is read from. */
  readonly shape: Shape
  /** Offsets into the expression's text. */
  readonly span: readonly [start: number, end: number]
  /** Whether it is a condition, or one of several alternatives. */
  readonly isGuarded: boolean
}

/** A field of a record that the expression reads, or a variable. */
export interface FieldRead {
  /** `conversation.title`, `$notification`. */
  readonly path: string
  readonly span: readonly [start: number, end: number]
  /** Whether the expression does without it: it is a condition, or one of several alternatives. */
  readonly isGuarded: boolean
}

export interface VisitState {
  /** `$`, from which bare names are read. */
  readonly context: Value
  /** `$$`. */
  readonly input: Value
  readonly scope: Scope
  readonly text: string
  /** By place: the body of a lambda is visited at each call. */
  readonly unknownFields: Map<number, UnknownField>
  /** By code and place: the tree holds the left side of `??` twice. */
  readonly problems: Map<string, Problem>
  readonly reads: FieldRead[]
  readonly functions: FunctionTable
  readonly calls: { left: number }
  /** What is read only where it is there. */
  readonly guarded: Guarded
}

/** Paths that a condition around has read, or all: within a condition. */
export type Guarded = ReadonlySet<string> | 'all'

/** Calls of lambdas that are followed in one expression: functions that call one another twice double the work. */
export const MAX_CALLS = 200

export const withScope = (state: VisitState): VisitState => ({
  ...state,
  scope: { own: new Map(), outer: state.scope },
})

export function guard(state: VisitState, paths: Guarded): VisitState {
  if (state.guarded === 'all' || paths === 'all') return { ...state, guarded: 'all' }
  return { ...state, guarded: new Set([...state.guarded, ...paths]) }
}

/** What is reported is no unknown field, too. */
export function report(found: readonly Problem[], { problems, unknownFields }: VisitState): void {
  for (const problem of found) {
    problems.set(`${problem.code} ${problem.span}`, problem)
    for (const start of unknownFields.keys())
      if (start >= problem.span[0] && start < problem.span[1]) unknownFields.delete(start)
  }
}

export const isGuarded = (path: string, { guarded }: VisitState): boolean => guarded === 'all' || guarded.has(path)

export function addRead(path: string, span: FieldRead['span'], state: VisitState): void {
  state.reads.push({ path, span, isGuarded: isGuarded(path, state) })
}
