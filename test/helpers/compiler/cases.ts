/** Reads `fixtures/compiled/*.txt`: expressions by group, each group with an input that shows what they mean. */
import { readFileSync } from 'node:fs'

export interface Cases {
  readonly group: string
  /** JSON. */
  readonly input: string
  readonly expressions: readonly Case[]
}

export interface Case {
  readonly text: string
  /**
   * Right, and slow: left to the interpreter while it runs. The interpreter puts an item into an empty list that it
   * groups, compares a list with an object by its length, has names that we cannot give to a member, hands on
   * functions that come along, and takes objects with certain names for functions.
   */
  readonly left: boolean
  /** Not compiled at all. */
  readonly refused: boolean
}

/**
 * `# group`, then `< input`, then one expression a line, after two blanks, or after `~` where it is left, or after `!`
 * where it is refused. `cases` are those whose meaning is easily got wrong, `language` is all that there is.
 */
export function readCases(name: 'cases' | 'language'): readonly Cases[] {
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
          left: line.startsWith('~'),
          refused: line.startsWith('!'),
        })),
      }
    })
}
