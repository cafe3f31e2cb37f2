/** Between our words and those of the Language Server Protocol. */
import { resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import {
  type CompletionItem,
  CompletionItemKind,
  DiagnosticSeverity,
  type Diagnostic as EditorDiagnostic,
  type Location,
  MarkupKind,
  type Range,
} from 'vscode-languageserver'
import { TextDocument } from 'vscode-languageserver-textdocument'
import type { Diagnostic } from '../../spec/diagnostic.ts'
import type { SourceFile } from '../../spec/source-file.ts'
import type { Span } from '../../spec/yaml.ts'
import type { Completion } from '../completion.ts'
import { toMarkdown } from '../docs/descriptions.ts'

/** Undefined for a document that is no file on disk. */
export function toPath(uri: string): string | undefined {
  try {
    return fileURLToPath(uri)
  } catch {
    return undefined
  }
}

/** Absolute path of a file of the spec, or of a base. */
export const pathOf = (file: SourceFile, folder: string): string => file.base?.diskPath ?? resolve(folder, file.path)

export const toUri = (path: string): string => pathToFileURL(path).href

/** The text of the file counts, which may be newer on the editor's side. */
export function toRange({ text }: SourceFile, [start, end]: Span): Range {
  const document = TextDocument.create('', 'yaml', 0, text)
  return { start: document.positionAt(start), end: document.positionAt(end) }
}

export const toLocation = (file: SourceFile, span: Span, folder: string): Location => ({
  uri: toUri(pathOf(file, folder)),
  range: toRange(file, span),
})

export const toEditorDiagnostic = ({ file, span, code, severity, message, help }: Diagnostic): EditorDiagnostic => ({
  range: toRange(file, span),
  severity: severity === 'error' ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning,
  code,
  source: 'connector',
  message: help === undefined ? message : `${message}\nHelp: ${help}`,
})

const KINDS: Readonly<Record<Completion['kind'], CompletionItemKind>> = {
  field: CompletionItemKind.Field,
  variable: CompletionItemKind.Variable,
  function: CompletionItemKind.Function,
  value: CompletionItemKind.EnumMember,
  name: CompletionItemKind.Reference,
  key: CompletionItemKind.Property,
}

/** In the order of the list: an editor would sort by name. */
export function toItems(completions: readonly Completion[], document: TextDocument, offset: number): CompletionItem[] {
  const end = document.positionAt(offset)
  return completions.map(({ label, kind, insert, replaces, description }, index) => ({
    label,
    kind: KINDS[kind],
    sortText: String(index).padStart(4, '0'),
    textEdit: { range: { start: document.positionAt(offset - replaces), end }, newText: insert },
    ...(description && {
      detail: description.title,
      documentation: { kind: MarkupKind.Markdown, value: toMarkdown(description) },
    }),
  }))
}
