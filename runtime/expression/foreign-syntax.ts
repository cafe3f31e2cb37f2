/** What people write who know another language, and what to write instead. */

const BRACES = 'an expression is written without {{ }}; texts are joined with &: "Ticket " & id'
const NOT = 'to negate, write $not(…)'
const COMMENT = 'a comment is written /* … */, or after # in a line of its own'

/** Operators → their equivalent in JSONata. */
const OPERATORS: Readonly<Record<string, string>> = {
  '!==': 'write !=',
  '<>': 'write !=',
  '==': 'equality is written with one =',
  '&&': 'write and',
  '||': 'write or',
  '=>': 'write function($x) { … }',
  '->': 'a field is read with a dot',
  '?.': 'write a dot alone: a field of nothing is nothing',
  '{{': BRACES,
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a common mistake
  '${': 'an expression is written without ${ }',
  '#{': 'an expression is written without #{ }',
  '“': 'strings need straight quotes: "…"',
  '‘': "strings need straight quotes: '…'",
}

/** Whole expressions that YAML or another language would read as a value. */
const VALUES: readonly (readonly [form: RegExp, help: string])[] = [
  [/^\d{4}-\d\d?-\d\d?(?!\d)/, `a date is a text, in quotes for YAML and for the expression: '"2026-01-31"'`],
  [/^\d{1,2}:\d\d/, `a time of day is a text, in quotes for YAML and for the expression: '"08:30"'`],
  [/^\d+(_\d+)+$/, 'a number is written without _'],
  [/^\d+([.,]\d+)? ?%$/, `a share is a number ("0.5"), or a text in quotes for YAML and for the expression: '"50%"'`],
]

/** Ends the token that the parser did not expect. */
const HERE = '\0'

/** By the text around `HERE`. */
const WORDS: readonly (readonly [form: RegExp, help: string])[] = [
  [/\b(AND|OR|IN)\0/, 'write it in lower case: and, or, in'],
  [/^\s*(if|case)\b/i, 'write CONDITION ? "yes" : "no"'],
  [/^\s*(let|const|var)\b/, 'bind a name in brackets: ($name := …; …)'],
  [/^\s*return\b/, 'leave out return'],
  [/\bis\0 +not +(null|empty|missing)\b/i, 'write $exists(FIELD)'],
  [/\bis\0 +(null|empty|missing)\b/i, 'write $not($exists(FIELD))'],
  [/\bis\0 +not\b/i, 'write !='],
  [/\b(is|equals|eq)\0/i, 'equality is written with ='],
  [/\b(like|contains|includes|has|matches)\0/i, 'write $contains(FIELD, "…")'],
  [/(^|[ =])~\0/, 'write $contains(FIELD, /…/)'],
  [/\bbetween\0/i, 'write FIELD >= 1 and FIELD <= 5'],
  [/\bnot( +[^\s\0]+)?\0/i, NOT],
  [/\bin *\([^()\0]*,\0/, 'a list is written in square brackets: ["open", "closed"]'],
  [/, *[)\]}]\0/, 'leave out the comma before it'],
  [/;\0 *$/, 'leave it out'],
  [/\s(--|\/\/) .*\0/, COMMENT],
  [/\/[gimsuy]+\0/, 'a regular expression may end with i or m only; $replace replaces each match without g'],
]

/** `custom_attributes.Plan Name`. Its last word is the unexpected token. */
const NAME_WITH_BLANKS = /(?:^|[\s(,])([\w$."]+\.)([A-Za-z]\w*(?: [A-Za-z]\w*)+)\0/

/** The span is that of the token that the parser did not expect. */
export function explainForeign(text: string, [start, end]: readonly [number, number]): string | undefined {
  const [, value] = VALUES.find(([form]) => form.test(text.trim())) ?? []
  if (value !== undefined) return value
  const around = text.slice(Math.max(0, start - 2), end + 1)
  const operator = Object.keys(OPERATORS).find((each) => around.includes(each) || text.startsWith(each))
  if (operator !== undefined) return OPERATORS[operator]
  if (text.includes('{{')) return BRACES
  const marked = `${text.slice(0, end)}${HERE}${text.slice(end)}`
  const [, word] = WORDS.find(([form]) => form.test(marked)) ?? []
  if (word !== undefined) return word
  const [, path, name] = NAME_WITH_BLANKS.exec(marked) ?? []
  return path && name ? `a name with a blank needs double quotes: ${path}"${name}"` : undefined
}

const DEFAULT = 'for a default, write FIELD ?? "none"'
const EXISTS = 'write $exists(FIELD), or $not($exists(FIELD))'
const PICTURE = 'write $fromMillis(SECONDS * 1000, "[D01].[M01].[Y0001]")'

/** Functions of other languages, in lower case → what JSONata has instead. */
const FUNCTIONS: Readonly<Record<string, string>> = {
  len: 'write $length(TEXT), or $count(LIST)',
  size: 'write $count(LIST), or $length(TEXT)',
  isempty: EXISTS,
  isnull: EXISTS,
  isblank: EXISTS,
  concat: 'texts are joined with &: name & ", " & title',
  format: 'texts are joined with &: name & ", " & title',
  formatdate: PICTURE,
  dateformat: PICTURE,
  strftime: PICTURE,
  datediff: 'subtract the earlier time from the later one: both are in seconds',
  if: 'write CONDITION ? "yes" : "no"',
  iif: 'write CONDITION ? "yes" : "no"',
  default: DEFAULT,
  coalesce: DEFAULT,
  ifnull: DEFAULT,
  nvl: DEFAULT,
  int: 'write $number(TEXT), or $floor(NUMBER)',
  float: 'write $number(TEXT)',
  parseint: 'write $number(TEXT)',
  parsefloat: 'write $number(TEXT)',
  str: 'write $string(VALUE)',
  tostring: 'write $string(VALUE)',
  lower: 'write $lowercase(TEXT)',
  upper: 'write $uppercase(TEXT)',
  startswith: 'write $contains(TEXT, /^…/)',
  endswith: 'write $contains(TEXT, /…$/)',
  includes: 'write $contains(TEXT, "…"), or "…" in LIST',
  indexof: 'write $contains(TEXT, "…")',
  first: 'write LIST[0]',
  last: 'write LIST[-1]',
}

export const explainForeignFunction = (name: string): string | undefined =>
  Object.hasOwn(FUNCTIONS, name.toLowerCase()) ? FUNCTIONS[name.toLowerCase()] : undefined
