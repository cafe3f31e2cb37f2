/** The text of a mapping as the start of another: with its own metric and key, and every other character the same. */
import { isMap, isScalar, isSeq, parseDocument, stringify, type YAMLMap } from 'yaml'
import { setEnabled } from './set-enabled.ts'

export interface CopiedMapping {
  readonly metric: string
  /** The first word of its keys: no other metric may have it. */
  readonly keyWord: string
}

/** Undefined: the text is no mapping that could be copied. */
export function copyMapping(text: string, { metric, keyWord }: CopiedMapping): string | undefined {
  const { contents, errors } = parseDocument(text, { logLevel: 'silent' })
  if (errors.length > 0 || !isMap(contents)) return undefined
  const name = rangeOfValue(contents, 'metric')
  if (name === undefined) return undefined
  const edits = [{ range: name, text: stringify(metric, { lineWidth: 0 }).trim() }]
  const word = keyWordOf(contents)
  if (word !== undefined) edits.push({ range: word, text: keyWord })
  const copy = edits
    .sort((a, b) => b.range[0] - a.range[0])
    .reduce((whole, { range: [start, end], text }) => whole.slice(0, start) + text + whole.slice(end), text)
  return contents.has('enabled') ? setEnabled(copy, true) : copy
}

type Range = readonly [start: number, end: number]

function rangeOfValue(map: YAMLMap, key: string): Range | undefined {
  const node = map.get(key, true)
  return isScalar(node) && node.range ? [node.range[0], node.range[1]] : undefined
}

/** A key of one item is an expression. */
function keyWordOf(map: YAMLMap): Range | undefined {
  const key = map.get('key', true)
  const [first, second] = isSeq(key) ? key.items : []
  const isWord = isScalar(first) && typeof first.value === 'string' && /^[\w-]+$/.test(first.value)
  return isWord && second !== undefined && first.range ? [first.range[0], first.range[1]] : undefined
}

/** A word of keys and of names of files: `submitted-ticket`. */
export const wordOf = (metric: string): string =>
  metric
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '') || 'metric'
