/** The section on limits of the functions' reference page, with the figures in use. */
import {
  DEFAULT_LIMITS,
  ITEMS_PER_STEP,
  PER_STEP,
  RECORD_STEPS,
} from '../../runtime/expression/compiler/runtime/limits.ts'

const figure = (number: number): string => number.toLocaleString('en')

const rows: readonly (readonly [limit: string, code: string, what: string])[] = [
  [
    `${figure(DEFAULT_LIMITS.steps)} steps`,
    'D1012',
    `one for each value visited, each call made and each member of a new object, for each ${PER_STEP} characters that an operator or a function reads or writes, and for each ${ITEMS_PER_STEP} items of a new list`,
  ],
  [
    `${figure(RECORD_STEPS)} steps of a record`,
    'mapping/too-many-steps',
    'those of all its expressions together: `each`, `when`, keys, properties and the profile of all events',
  ],
  [`${figure(DEFAULT_LIMITS.stack)} levels`, 'D1011', 'nested calls of a recursive function'],
  [
    `${figure(DEFAULT_LIMITS.sequence)} items of a list`,
    'D2015',
    'nested lists included; a range of more than 10,000,000 numbers, or of numbers beyond 2^53, fails with `D2014`',
  ],
  [
    '5,000 occurrences of a record',
    'mapping/too-many-occurrences',
    'the parts of each `each`, and the events of all metrics',
  ],
  [`${figure(DEFAULT_LIMITS.output)} characters`, 'output', 'of an intermediate text, and of the result as JSON'],
]

export const limitsSection: readonly string[] = [
  '## Limits',
  'Every expression ends, at the same step on every machine: limits are counted, not timed. Steps grow with the work, so what a million of them can do or keep is bounded, too. Beyond a limit an expression fails with `expression/` and the code, or with the whole code given below; the record becomes a dead letter, and delivery continues with the next one.',
  [
    '| Limit | Code | Counted |',
    '| --- | --- | --- |',
    ...rows.map((row) => `| ${row[0]} | \`${row[1]}\` | ${row[2]} |`),
  ].join('\n'),
  'A check analyzes every regular expression before it runs. Linear and quadratic matching time is accepted; anything slower is an error of `validate`, `expression/regex-backtracking`, which names the ambiguous part: `(a+)+$` could run forever, `a.*b.*c` takes three minutes for 10,000 characters and two days for 100,000. Quadratic ones (`\\s+$`, `<[^>]*>`) charge the square of the text\'s length, divided by 64, as steps: at most 64,000 characters at once. A leading `^`, or a class that excludes the text that follows (`[^"]*` for `.*`), makes most of them linear.',
  'Infinite numbers cannot be formatted (`D1001`), nor Roman numerals above 1,000,000 (`D1011`).',
]
