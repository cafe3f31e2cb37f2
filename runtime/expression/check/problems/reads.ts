/** Reads of a field that a value cannot have. */
import type { Problem } from '../../parse.ts'
import { describeKinds } from '../field-type.ts'
import type { Value } from '../value.ts'
import { lastName } from './operation.ts'

/** JSONata gives nothing for a field of a text or a number, without an error. */
export function checkRead(
  { field, plural }: Value,
  name: string,
  span: Problem['span'],
  text: string,
): readonly Problem[] {
  if (field === undefined || field.type.kinds.size === 0) return []
  const message = `${field.name} is ${describeKinds(field.type.kinds)} and has no field "${name}"`
  const path = pathBefore(text.slice(0, span[0])) ?? lastName(field)
  const help = LENGTH.has(name) ? { help: `write $${plural ? 'count' : 'length'}(${path})` } : {}
  return [{ code: 'field-of-a-value', message, ...help, span }]
}

/** Names by which other languages measure a text or a list. */
export const LENGTH: ReadonlySet<string> = new Set(['length', 'size', 'count'])

/** The path at the end of a text that ends before its next name. */
export const pathBefore = (text: string): string | undefined => /([\w$.`]+)\.$/.exec(text)?.[1]
