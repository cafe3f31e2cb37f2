/** Reads `fixtures/compiled/*.txt`: expressions by group, each group with an input that exercises them. */
import { readFileSync } from 'node:fs'

export interface CaseGroup {
  readonly group: string
  /** JSON. */
  readonly input: string
  readonly expressions: readonly ExpressionCase[]
}

export interface ExpressionCase {
  readonly text: string
  /**
   * Falls back to the interpreter at run time: correct, but slow. The interpreter pushes an item into an empty list that
   * it groups, compares a list with an object by `length`, reserves some member names, passes built-in functions
   * in tail calls, and takes objects with certain members for functions.
   */
  readonly fallsBack: boolean
  readonly isNotCompilable: boolean
}

/**
 * `# group`, then `< input`, then one expression per line, after two spaces, after `~` if it falls back, or after `!` if
 * it is not compilable. `cases` holds tricky expressions, `language` every construct.
 */
export function readCases(name: 'cases' | 'language'): readonly CaseGroup[] {
  const text = readFileSync(new URL(`../../fixtures/compiled/${name}.txt`, import.meta.url), 'utf8')
  return text
    .split(/^# /m)
    .slice(1)
    .map((part) => {
      const [group = '', input = '', ...lines] = part.split('\n')
      const expressions = lines.filter((line) => line.trim() !== '')
      return {
        group,
        input: input.slice(2),
        expressions: expressions.map((line) => ({
          text: line.slice(2),
          fallsBack: line.startsWith('~'),
          isNotCompilable: line.startsWith('!'),
        })),
      }
    })
}
