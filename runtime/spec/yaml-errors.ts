/** What is wrong with a file's YAML, in the words of somebody who edits it, not of the grammar. */
import { type Document, visit, type YAMLError } from 'yaml'
import type { Diagnostic } from './diagnostic.ts'
import type { SourceFile } from './source-file.ts'

type Said = Pick<Diagnostic, 'message' | 'span'> & { readonly help?: string }

/** The line of an error, the next that says something, and where both begin. */
interface Place {
  readonly text: string
  readonly start: number
  readonly below: string
  readonly belowStart: number
}

const QUOTE = "put the expression in quotes: '…'"
const CLOSE = 'close it; what stands in brackets over several lines is indented more than its key'

/**
 * All keys written twice, and the first of other errors: what follows from it is found where nothing is wrong.
 * A tag is an error too, since its value would be taken for plain text.
 */
export function yamlDiagnostics(document: Document, file: SourceFile): Diagnostic[] {
  const twice = document.errors.filter(({ code }) => code === 'DUPLICATE_KEY')
  const [first] = [...document.errors, ...document.warnings]
    .filter(({ code }) => code !== 'DUPLICATE_KEY')
    .sort((a, b) => a.pos[0] - b.pos[0])
  return [...twice, ...(first ? [first] : [])].map((error) => ({
    code: `yaml/${error.code.toLowerCase().replaceAll('_', '-')}`,
    severity: 'error',
    file,
    ...said(error, file),
  }))
}

/** Of a file that is right as YAML, and whose aliases lead nowhere, or to too much. */
export function aliasFault(document: Document, file: SourceFile): Diagnostic {
  let found: Diagnostic | undefined
  visit(document, {
    Alias(_, alias) {
      if (alias.resolve(document) !== undefined) return undefined
      const message = `"*${alias.source}" stands for nothing: there is no "&${alias.source}" before it`
      const help = `a value that begins with * is an alias; if it is an expression, ${QUOTE}`
      const [start, end] = alias.range ?? [0, 1]
      found = { code: 'yaml/unknown-alias', severity: 'error', message, help, file, span: [start, end] }
      return visit.BREAK
    },
  })
  const message = 'its aliases, written out, are more than a spec can need'
  return found ?? { code: 'yaml/too-many-aliases', severity: 'error', message, file, span: word(file.text, 0) }
}

/** Characters of a file. What is longer was not written by hand, and would take minutes to check. */
const LONGEST = 500_000

/** A file that is not worth parsing: too long, or its letters were lost, since it is in another encoding than UTF-8. */
export function encodingDiagnostic(file: SourceFile): Diagnostic | undefined {
  const about = { severity: 'error', file } as const
  if (file.text.length > LONGEST) {
    const message = `the file is longer than ${LONGEST / 1000},000 characters`
    return { ...about, code: 'yaml/too-long', message, span: [0, 1] }
  }
  const at = file.text.search(/[\uFFFD\0]/)
  if (at < 0) return undefined
  const message = 'this letter is not written in UTF-8'
  const help = 'save the file as UTF-8: editors offer it when saving'
  return { ...about, code: 'yaml/encoding', message, help, span: [at, at + 1] }
}

function said(error: YAMLError, file: SourceFile): Said {
  const place = placeOf(file, error.pos[0])
  return guesses[error.code]?.(place, error, file) ?? { message: lowerFirst(error.message), span: error.pos }
}

const guesses: Readonly<Partial<Record<string, (place: Place, error: YAMLError, file: SourceFile) => Said>>> = {
  DUPLICATE_KEY: (_, { pos }, { text }) => ({ message: 'this key is written twice', span: word(text, pos[0]) }),
  MULTIPLE_DOCS: (_, { pos }) => ({
    message: 'a second document begins here, and would not be read',
    help: 'write each metric in a file of its own',
    span: pos,
  }),
  TAG_RESOLVE_FAILED: (_, { pos }) => ({
    message: 'a value that begins with ! is a tag, and tags mean nothing here',
    help: `${QUOTE}; to negate, write $not(…)`,
    span: pos,
  }),
  TAB_AS_INDENT: (_, { pos }) => ({ message: 'a line begins with a tab', help: 'indent it with spaces', span: pos }),
  BAD_SCALAR_START: (_, { pos }) => ({ message: 'a value cannot begin with this character', help: QUOTE, span: pos }),
  BAD_ALIAS: (_, { pos }) => ({
    message: 'a value that begins with * is an alias, and has a name',
    help: QUOTE,
    span: pos,
  }),
  BAD_INDENT: (_, { message, pos }) => {
    const [opened, closed] = message.includes('sequence') ? ['[', ']'] : ['{', '}']
    if (!message.startsWith('Flow')) return { message: lowerFirst(message), span: pos }
    return { message: `a ${opened} before this is not closed by ${closed}`, help: CLOSE, span: pos }
  },
  RESOURCE_EXHAUSTION: (_, { pos }) => ({ message: 'it is nested too deeply', span: pos }),
  MULTILINE_IMPLICIT_KEY: noKey,
  MISSING_CHAR: noKey,
  BLOCK_AS_IMPLICIT_KEY: ({ text, below, belowStart }, { pos }) => {
    if (indent(below) <= indent(text))
      return { message: 'a value with ": " in it must be quoted', help: QUOTE, span: pos }
    const at = belowStart + indent(below)
    return {
      message: 'this line is indented more than the one above, which has a value already',
      help: 'the keys of one map begin in the same column',
      span: [at, belowStart + below.length],
    }
  },
}

/** A line that is no `key: value`, where one was expected. */
function noKey({ text, start }: Place, { message, pos }: YAMLError): Said {
  const from = start + indent(text)
  const span = [from, start + text.length] as const
  const odd = text.search(/[^\S \t]/)
  if (odd >= 0) {
    const help = 'copied text often has them: type it again with the space bar'
    return { message: 'a no-break space is no space', help, span: [start + odd, start + odd + 1] }
  }
  if (/^(<{7}|={7}|>{7})( |$)/.test(text))
    return {
      message: 'two versions of the file were left side by side',
      help: 'choose one, and delete the lines of <, = and >',
      span,
    }
  if (/^[^:]+:\S/.test(text))
    return { message: 'a space is missing after the colon', help: 'a line reads "key: value"', span }
  if (/^\s*[^"'[{][^:]*$/.test(text))
    return { message: 'this line has no key', help: 'a line reads "key: value"', span }
  return { message: lowerFirst(message), span: pos }
}

function placeOf(file: SourceFile, offset: number): Place {
  const { line, column } = file.position(offset)
  const start = offset - column + 1
  const text = file.line(line)
  let next = line + 1
  while (next < line + 50 && /^\s*(#.*)?$/.test(file.line(next))) next++
  return { text, start, below: file.line(next), belowStart: file.start(next) }
}

const indent = (line: string): number => line.length - line.trimStart().length

/** The word that begins at an offset. */
export function word(text: string, offset: number): readonly [start: number, end: number] {
  const [found] = /^[^\s:]+/.exec(text.slice(offset)) ?? [' ']
  return [offset, offset + found.length]
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)
