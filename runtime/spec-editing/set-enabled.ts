/** Turns a metric on or off in the text of its file: one line, and no other character. */
import { isMap, isScalar, parseDocument } from 'yaml'

/** Undefined: the text is no map, so there is nothing to set. */
export function setEnabled(text: string, enabled: boolean): string | undefined {
  const document = parseDocument(text, { logLevel: 'silent' })
  const { contents } = document
  if (document.errors.length > 0 || (contents !== null && !isMap(contents))) return undefined
  const lineEnd = /\r?\n/.exec(text)?.[0] ?? '\n'
  const line = `enabled: ${enabled}`
  // A file of comments alone, which changes nothing of its base yet.
  if (contents === null || contents.items.length === 0) return `${withLineEnd(text, lineEnd)}${line}${lineEnd}`
  if (contents.flow === true) return undefined
  const pair = contents.items.find(({ key }) => isScalar(key) && key.value === 'enabled')
  if (isScalar(pair?.value) && pair.value.range) {
    const [start, end] = pair.value.range
    return `${text.slice(0, start)}${enabled}${text.slice(end)}`
  }
  if (pair !== undefined) return undefined
  const anchor = contents.items.find(({ key }) => isScalar(key) && key.value === 'metric') ?? contents.items[0]
  const [start = 0] = (isScalar(anchor?.key) && anchor.key.range) || []
  const isMetric = isScalar(anchor?.key) && anchor.key.value === 'metric'
  if (!isMetric) return `${text.slice(0, start)}${line}${lineEnd}${text.slice(start)}`
  const valueEnd = (isScalar(anchor?.value) && anchor.value.range?.[1]) || start
  const end = text.indexOf('\n', Math.max(start, valueEnd - 1))
  return end === -1
    ? `${text}${lineEnd}${line}${lineEnd}`
    : `${text.slice(0, end + 1)}${line}${lineEnd}${text.slice(end + 1)}`
}

const withLineEnd = (text: string, lineEnd: string): string =>
  text === '' || text.endsWith('\n') ? text : `${text}${lineEnd}`
