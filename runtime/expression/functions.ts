/** Functions a connector adds to the expression language: named, typed, documented, each with an example that is tested. */
import type { Json } from '../ports/types.ts'

/** What a function is given: plain JSON, or `undefined` where the expression found nothing. */
export type Argument = Json | undefined

export interface ExpressionFunction {
  /** Without `$`. */
  readonly name: string
  /** A JSONata signature: `<x?s?:s>` takes anything and a text, both optional, and gives a text. */
  readonly signature: string
  readonly doc: string
  readonly example: { readonly expr: string; readonly gives: Json | undefined }
  /** Pure: the same arguments give the same answer on every machine. Must not change its arguments. */
  run(...args: readonly Argument[]): Json | undefined
  /** Asked before `run` is called: what it has to wait for, until that is there. So that what few need is loaded late. */
  load?(): Promise<unknown> | undefined
}

export type FunctionTable = readonly ExpressionFunction[]

/** How many arguments a function takes. `max` is Infinity for a repeated one. */
export interface Arity {
  readonly min: number
  readonly max: number
}

/** Reads the arity off a signature. A parameter marked `-` may be left out, since the context stands in for it. */
export function arity(signature: string): Arity {
  const [params = ''] = signature
    .slice(1, -1)
    .replace(/<[^<>]*>/g, '')
    .split(':')
  const found = [...params.matchAll(/(\([^)]*\)|[a-z])([-?+]?)/g)]
  const optional = found.filter(([, , mark]) => mark === '-' || mark === '?').length
  const max = found.some(([, , mark]) => mark === '+') ? Number.POSITIVE_INFINITY : found.length
  return { min: found.length - optional, max }
}
