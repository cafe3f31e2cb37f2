/** The functions that a connector adds to the expression language, each with documentation and a tested example. */
import type { Json } from '../ports/types.ts'
import type { ConnectorFunction } from './compiler/runtime/functions/connector-functions.ts'

/** An argument of a function: plain JSON, or `undefined` where the expression found no value. */
export type Argument = Json | undefined

export interface ExpressionFunction extends ConnectorFunction {
  readonly doc: string
  readonly example: { readonly expr: string; readonly gives: Json | undefined }
}

export type FunctionTable = readonly ExpressionFunction[]
