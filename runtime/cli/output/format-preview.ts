/** Prints a preview: a block per event, properties in columns. */

import { alignColumns } from '../../lib/format.ts'
import { isObject } from '../../lib/json.ts'
import type { PreviewItem } from '../../mapping/preview.ts'
import type { Json } from '../../ports/types.ts'
import type { Painter } from '../io.ts'

export function formatPreview(items: readonly PreviewItem[], paint: Painter): string {
  if (items.length === 0) return 'No events.\n'
  return items.map((item) => `${itemLines(item, paint).join('\n')}\n`).join('\n')
}

function itemLines(item: PreviewItem, paint: Painter): string[] {
  if (!('metric' in item)) return [paint('bold', 'Profile'), ...tree(item.profile, 1)]
  if ('skipped' in item) return [`${paint('bold', item.metric)}  ${paint('yellow', `skipped: ${item.skipped}`)}`]
  if ('fault' in item) {
    const place = item.place === undefined ? [] : [`  ${item.place}`]
    return [`${paint('bold', item.metric)}  ${paint('red', `fault: ${item.fault}`)}`, ...place]
  }
  return [
    `${paint('bold', item.metric)}  ${item.time}`,
    `  key  ${item.key}`,
    `  ${paint('dim', 'profile')}`,
    ...tree(item.profile, 2),
    `  ${paint('dim', 'properties')}`,
    ...tree(item.properties, 2),
    ...(item.value === undefined ? [] : [`  ${paint('dim', 'value')}  ${formatValue(item)}`]),
  ]
}

/** `12.5 EUR`; without a currency the destination takes its account's. */
const formatValue = ({ value, currency }: { readonly value?: Json; readonly currency?: Json }): string =>
  [value, currency].filter((part) => part !== undefined).join(' ')

/** Indents objects; prints other values as JSON, so that "5" and 5 look different. */
function tree(value: Json, depth: number): string[] {
  const indent = '  '.repeat(depth)
  if (!isObject(value)) return [`${indent}${JSON.stringify(value)}`]
  const lines: string[] = []
  let flat: [string, string][] = []
  const flush = () => {
    lines.push(...alignColumns(flat, indent))
    flat = []
  }
  for (const [name, inner] of Object.entries(value)) {
    if (inner === undefined) continue
    if (!isObject(inner) || Object.keys(inner).length === 0) {
      flat.push([name, JSON.stringify(inner)])
      continue
    }
    flush()
    lines.push(`${indent}${name}`, ...tree(inner, depth + 1))
  }
  flush()
  return lines
}
