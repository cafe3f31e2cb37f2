/** Describes YAML errors for the author of the file instead of in terms of the grammar. */

import { type Document, visit, type YAMLError } from 'yaml'
import { lowerFirst } from '../lib/format.ts'
import { CUT_BY_COMMENT, findCut } from './comment-cuts.ts'
import type { Diagnostic } from './diagnostic.ts'
import type { SourceFile } from './source-file.ts'

type Description = Pick<Diagnostic, 'message' | 'span'> & { readonly code?: string; readonly help?: string }

/** The line of an error, the next line with content, and their offsets. */
interface Lines {
  readonly text: string
  readonly start: number
  readonly below: string
  readonly belowStart: number
}

const QUOTE = "put the expression in quotes: '…'"
const CLOSE = 'close it; indent lines in brackets more than their key'

/**
 * Reports every duplicate key, and only the first of the other errors: later ones may be mere consequences of it.
 * A tag is an error, too: the parser would read its value as a plain string.
 */
export function yamlDiagnostics(document: Document, file: SourceFile): Diagnostic[] {
  const duplicates = document.errors.filter(({ code }) => code === 'DUPLICATE_KEY')
  const [first] = [...document.errors, ...document.warnings]
    .filter(({ code }) => code !== 'DUPLICATE_KEY')
    .sort((a, b) => a.pos[0] - b.pos[0])
  return [...duplicates, ...(first ? [first] : [])].map((error) => ({
    code: `yaml/${error.code.toLowerCase().replaceAll('_', '-')}`,
    severity: 'error',
    file,
    ...describe(error, file),
  }))
}

/** For valid YAML with an undefined alias, or with aliases that expand too far. */
export function aliasDiagnostic(document: Document, file: SourceFile): Diagnostic {
  let undefinedAlias: Diagnostic | undefined
  visit(document, {
    Alias(_, alias) {
      if (alias.resolve(document) !== undefined) return undefined
      const message = `"*${alias.source}" is an undefined alias: there is no "&${alias.source}" before it`
      const help = `a value that begins with * is an alias; if it is an expression, ${QUOTE}`
      const [start, end] = alias.range ?? [0, 1]
      undefinedAlias = { code: 'yaml/unknown-alias', severity: 'error', message, help, file, span: [start, end] }
      return visit.BREAK
    },
  })
  const message = 'its aliases expand to more values than a spec can need'
  const help = 'write the values out, or nest fewer aliases'
  return (
    undefinedAlias ?? {
      code: 'yaml/too-many-aliases',
      severity: 'error',
      message,
      help,
      file,
      span: wordAt(file.text, 0),
    }
  )
}

/** In characters. A longer file was not written by hand and would take minutes to check. */
const MAX_LENGTH = 500_000

/** For a file that cannot be parsed: too long, or not in UTF-8. */
export function encodingDiagnostic(file: SourceFile): Diagnostic | undefined {
  const base = { severity: 'error', file } as const
  if (file.text.length > MAX_LENGTH) {
    const message = `the file is longer than ${MAX_LENGTH / 1000},000 characters`
    return { ...base, code: 'yaml/too-long', message, help: 'split it into several files', span: [0, 1] }
  }
  const at = file.text.search(/[\uFFFD\0]/)
  if (at < 0) return undefined
  const message = 'this character is not valid UTF-8'
  const help = 'save the file with the encoding UTF-8'
  return { ...base, code: 'yaml/encoding', message, help, span: [at, at + 1] }
}

function describe(error: YAMLError, file: SourceFile): Description {
  const lines = linesAt(file, error.pos[0])
  return (
    describeComment(error, file) ??
    descriptions[error.code]?.(lines, error, file) ?? { message: lowerFirst(error.message), span: error.pos }
  )
}

/** Codes of errors that a comment within an expression causes: on its line or on the next. */
const AFTER_COMMENT: ReadonlySet<string> = new Set(['BAD_INDENT', 'MISSING_CHAR', 'MULTILINE_IMPLICIT_KEY'])

function describeComment({ code, pos }: YAMLError, file: SourceFile): Description | undefined {
  if (!AFTER_COMMENT.has(code)) return undefined
  const { line } = file.position(pos[0])
  for (const number of [line, line - 1]) {
    const at = findCut(file.line(number))
    if (at === undefined) continue
    const hash = file.lineStart(number) + at
    return { ...CUT_BY_COMMENT, span: [hash, hash + 1] }
  }
  return undefined
}

const descriptions: Readonly<
  Partial<Record<string, (lines: Lines, error: YAMLError, file: SourceFile) => Description>>
> = {
  DUPLICATE_KEY: (_, { pos }, { text }) => ({
    message: 'duplicate key',
    help: 'remove one of the two',
    span: wordAt(text, pos[0]),
  }),
  MULTIPLE_DOCS: (_, { pos }) => ({
    message: 'a second document begins here and would not be read',
    help: 'write each metric in a file of its own',
    span: pos,
  }),
  TAG_RESOLVE_FAILED: (_, { pos }) => ({
    message: 'a value that begins with ! is a tag, and a spec has no tags',
    help: `${QUOTE}; to negate, write $not(…)`,
    span: pos,
  }),
  TAB_AS_INDENT: (_, { pos }) => ({ message: 'a line begins with a tab', help: 'indent it with spaces', span: pos }),
  UNEXPECTED_TOKEN: ({ text }, { message, pos }) => {
    if (!/: *["']/.test(text) || !/at node end$/.test(message)) return { message: lowerFirst(message), span: pos }
    const help = 'put the whole expression in quotes of the other kind: \'"Ticket " & id\''
    return { message: 'the value ends at its closing quote, and more follows', help, span: pos }
  },
  BAD_SCALAR_START: (_, { pos }) => ({ message: 'a value cannot begin with this character', help: QUOTE, span: pos }),
  BAD_ALIAS: (_, { pos }) => ({
    message: 'a value that begins with * is an alias and needs a name',
    help: QUOTE,
    span: pos,
  }),
  BAD_INDENT: (_, { message, pos }) => {
    const [opened, closed] = message.includes('sequence') ? ['[', ']'] : ['{', '}']
    if (!message.startsWith('Flow')) return { message: lowerFirst(message), span: pos }
    return { message: `the ${opened} before this is not closed by ${closed}`, help: CLOSE, span: pos }
  },
  RESOURCE_EXHAUSTION: (_, { pos }) => ({
    message: 'the file is nested too deeply',
    help: 'nest fewer brackets',
    span: pos,
  }),
  MULTILINE_IMPLICIT_KEY: describeLine,
  MISSING_CHAR: (lines, error, file) => describeOpenQuote(error, file) ?? describeLine(lines, error),
  NON_STRING_KEY: (_, { pos }) => ({ message: 'this key is no text', help: "put the key in quotes: '…'", span: pos }),
  BLOCK_AS_IMPLICIT_KEY: ({ text, below, belowStart }, { pos }) => {
    if (/^\s*- /.test(text))
      return { message: 'this is an item of a list, among keys', help: 'leave out the "- "', span: pos }
    if (indent(below) <= indent(text))
      return { message: 'a value with ": " in it must be quoted', help: QUOTE, span: pos }
    const at = belowStart + indent(below)
    return {
      message: 'this line is indented more than the line above, which has a value already',
      help: 'start all keys of a map in the same column',
      span: [at, belowStart + below.length],
    }
  },
}

/** The parser reports the end of the file: all text after the quote belongs to the value. */
function describeOpenQuote({ message }: YAMLError, { text }: SourceFile): Description | undefined {
  const [, quote] = /^Missing closing (["'])quote/.exec(message) ?? []
  if (quote === undefined) return undefined
  const start = text.search(quote === '"' ? /(?<!\\)"[^"]*$/ : /'[^']*$/)
  const line = text.slice(start).split('\n', 1).join()
  return {
    message: 'a quote is opened here and not closed',
    help: 'close it with the same quote, at the end of the value',
    span: [start, start + Math.max(1, line.trimEnd().length)],
  }
}

/** For a line that is not the expected `key: value`. */
function describeLine({ text, start }: Lines, { message, pos }: YAMLError): Description {
  const from = start + indent(text)
  const span = [from, start + text.length] as const
  const blank = text.search(/[^\S \t]/)
  if (blank >= 0) {
    const help = 'text copied from elsewhere often contains them: replace it with a space'
    return { message: 'this is a no-break space, not a space', help, span: [start + blank, start + blank + 1] }
  }
  if (/^(<{7}|={7}|>{7})( |$)/.test(text))
    return {
      message: 'this is the marker of an unresolved merge conflict',
      help: 'choose one version, and delete the lines of <, = and >',
      span,
    }
  if (/^[^:]+:\S/.test(text))
    return { message: 'a space is missing after the colon', help: 'a line reads "key: value"', span }
  if (/^\s*[^"'[{][^:]*$/.test(text))
    return { message: 'this line has no key', help: 'a line reads "key: value"', span }
  return { message: lowerFirst(message), span: pos }
}

function linesAt(file: SourceFile, offset: number): Lines {
  const { line, column } = file.position(offset)
  const start = offset - column + 1
  const text = file.line(line)
  let next = line + 1
  while (next < line + 50 && /^\s*(#.*)?$/.test(file.line(next))) next++
  return { text, start, below: file.line(next), belowStart: file.lineStart(next) }
}

const indent = (line: string): number => line.length - line.trimStart().length

/** The word that begins at an offset. */
export function wordAt(text: string, offset: number): readonly [start: number, end: number] {
  const [found] = /^[^\s:]+/.exec(text.slice(offset)) ?? [' ']
  return [offset, offset + found.length]
}
