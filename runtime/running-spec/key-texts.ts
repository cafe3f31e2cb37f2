/** What makes the key of a metric. */
import type { Mapping } from '../spec/spec.ts'

/** The expressions of a key, and of the parts that it reads. */
export type KeyTexts = readonly string[]

export const keyTexts = ({ key, each }: Pick<Mapping, 'key' | 'each'>): KeyTexts => [
  // The first is a literal.
  ...key.map(({ text }, index) => (index === 0 ? text.replaceAll('"', '') : text.trim())),
  ...(each === undefined ? [] : [each.text.trim()]),
]
