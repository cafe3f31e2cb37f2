/** Puts an item inside other members, as some topics carry it. */
import type { FunctionTable } from '../../expression/functions.ts'
import { compileExpression } from '../../expression/link.ts'
import { isObject } from '../../lib/json.ts'
import { toFault } from '../../ports/fault.ts'
import type { Json } from '../../ports/types.ts'
import type { Path } from '../../spec/yaml.ts'
import type { CaseFile } from './case-file.ts'

/** The item as a text of `wrap`. */
const ITEM = '$item'

export interface WrapContext {
  readonly item: Json
  readonly functions: FunctionTable
  readonly file: CaseFile
}

/** Members whose expression gives nothing are left out. */
export async function wrapItem(wrap: Json, path: Path, context: WrapContext): Promise<Json | undefined> {
  if (typeof wrap === 'string') return wrap.startsWith('$') ? wrapText(wrap, path, context) : wrap
  if (Array.isArray(wrap)) {
    const elements = await Promise.all(wrap.map((one: Json, index) => wrapItem(one, [...path, index], context)))
    return elements.filter((one) => one !== undefined)
  }
  if (!isObject(wrap)) return wrap
  const members = Object.entries(wrap).map(
    async ([name, value]) => [name, await wrapItem(value ?? null, [...path, name], context)] as const,
  )
  return Object.fromEntries((await Promise.all(members)).filter(([, value]) => value !== undefined))
}

async function wrapText(text: string, path: Path, { item, functions, file }: WrapContext): Promise<Json | undefined> {
  if (text === ITEM) return item
  try {
    const origin = { place: file.yaml.file.place(file.yaml.span(path).span[0]) }
    const expression = compileExpression(text, origin, functions)
    const [unknown] = expression.variables
    if (unknown === undefined) return await expression.evaluate(item)
    const message = `no variable $${unknown} is known here`
    file.error(path, {
      code: 'cases/wrap',
      message,
      help: 'write "$item", or a path of the item that begins with "$.": "$.title"',
    })
  } catch (error) {
    const help = 'a text that begins with "$" is an expression over the item, such as "$.title"'
    file.error(path, { code: 'cases/wrap', message: toFault(error).message, help })
  }
  return undefined
}
