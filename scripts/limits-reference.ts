/** What the reference page of functions says of limits: figures from where they are set. */
import { PER_STEP } from '../runtime/expression/interpreter/limits.ts'
import { defaultLimits } from '../runtime/expression/parse.ts'

const figure = (number: number): string => number.toLocaleString('en')

const rows: readonly (readonly [limit: string, code: string, what: string])[] = [
  [
    `${figure(defaultLimits.steps)} steps`,
    'D1012',
    `one for each value looked at and each call made, and for each ${PER_STEP} characters or items that a function reads or writes`,
  ],
  [`${figure(defaultLimits.stack)} levels`, 'D1011', 'a function that calls itself within itself'],
  [
    `${figure(defaultLimits.sequence)} items of a list`,
    'D2015',
    'lists within it count, too; a range of more than 10,000,000 numbers, or of numbers too large to be counted up, is `D2014`',
  ],
  [`${figure(defaultLimits.output)} characters`, 'output', 'of a text on the way, and of the result as JSON'],
]

export const limitsSection: readonly string[] = [
  '## Limits',
  'Every expression ends, on every machine at the same place: what it may take is counted, not timed. It fails with `expression/` and the code; the record goes to the dead letters, the others go on.',
  [
    '| May take | Code | Counted |',
    '| --- | --- | --- |',
    ...rows.map((row) => `| ${row[0]} | \`${row[1]}\` | ${row[2]} |`),
  ].join('\n'),
  'A regular expression is read before it ever runs. Where matching takes as long as the text, or as its square, it is taken; anything longer is refused by `validate` as `expression/regex-backtracking`, with the part that is ambiguous: `(a+)+$` would take for ever, `a.*b.*c` three minutes for 10,000 characters and two days for 100,000. Those that take the square (`\\s+$`, `<[^>]*>`) count the square of the text\'s length, by 64, as steps: 64,000 characters at once are the most. `^` at the beginning, or a class that leaves out what follows (`[^"]*` for `.*`), makes most of them simple.',
  'Numbers that are not finite cannot be formatted (`D1001`), nor Roman numerals above 1,000,000 (`D1011`).',
]
