/** Finds comments that hide the rest of an expression: to YAML, a # after a blank begins one. */

export const CUT_BY_COMMENT = {
  code: 'yaml/comment',
  message: 'YAML takes this # for the beginning of a comment, so the expression ends before it',
  help: "put the expression in quotes: '…', or on the next line, after |",
} as const

/** The place of a # in a line whose value is unfinished before it, and goes on after it. */
export function findCut(line: string): number | undefined {
  for (const { 0: blank, index } of line.matchAll(/\s+(?=#)/g)) {
    const hash = index + blank.length
    if (isCut(line.slice(0, index), line.slice(hash))) return hash
  }
  return undefined
}

const isCut = (before: string, after: string): boolean =>
  /([&|+*/=<>]|:=|\s(and|or|in))$/.test(before) ||
  ['"', "'"].some((quote) => count(before, quote) % 2 === 1 && after.includes(quote)) ||
  ['()', '[]', '{}'].some(([open = '', close = '']) => isOpen(before, open, close) && after.includes(close))

const isOpen = (text: string, open: string, close: string): boolean => count(text, open) > count(text, close)
const count = (text: string, char: string): number => text.split(char).length - 1

/** Codes of an expression that ends where more must follow. */
const UNFINISHED: ReadonlySet<string> = new Set(['S0101', 'S0105', 'S0106', 'S0203', 'S0207', 'S0302'])

/** The place of the # that follows an expression which ends at `end` and does not parse for the reason of the code. */
export function findCutAfter(end: number, code: string, source: string): number | undefined {
  const [blank] = /^[ \t]+(?=#)/.exec(source.slice(end, end + 1_000)) ?? []
  return blank === undefined || !UNFINISHED.has(code) ? undefined : end + blank.length
}
