/** The language server: checks specs as they are typed, and answers what an editor asks about them. */
import type { Connection } from 'vscode-languageserver'
import {
  DidChangeWatchedFilesNotification,
  MarkupKind,
  type TextDocumentPositionParams,
  TextDocumentSyncKind,
  TextDocuments,
} from 'vscode-languageserver'
import { TextDocument } from 'vscode-languageserver-textdocument'
import type { Clock } from '../../ports/effects.ts'
import { completeAt } from '../complete.ts'
import { definitionAt } from '../definition.ts'
import { toMarkdown } from '../docs/descriptions.ts'
import { hoverAt } from '../hover.ts'
import type { SpecModel } from '../model/model.ts'
import { getFileKind } from '../model/spec-files.ts'
import type { EditorFile } from '../scope.ts'
import { readLeniently } from '../text/typed-text.ts'
import { toItems, toLocation, toPath } from './convert.ts'
import { DiagnosticPublisher } from './publisher.ts'
import { SpecFolder, type SpecOptions } from './spec-folder.ts'
import { findSpecFolder, type OpenFiles, pathInFolder } from './workspace.ts'

export interface LanguageOptions extends SpecOptions {
  readonly name: string
  readonly version: string
  readonly clock: Clock
}

export function serveLanguage(connection: Connection, options: LanguageOptions): void {
  const documents = new TextDocuments(TextDocument)
  const folders = new Map<string, SpecFolder>()
  const open = openFilesOf(documents)
  const publisher = new DiagnosticPublisher(connection, documents, options.clock)

  const folderOf = (uri: string): SpecFolder | undefined => {
    const path = toPath(uri)
    const folder = path === undefined ? undefined : findSpecFolder(path, open)
    if (folder === undefined) return undefined
    const known = folders.get(folder) ?? new SpecFolder(folder, open, options)
    folders.set(folder, known)
    return known
  }
  // A folder may be the base of another.
  const recheck = (uri: string, isSaved: boolean) => {
    folderOf(uri)
    for (const folder of folders.values()) publisher.schedule(folder, isSaved)
  }
  const ask = async <T>(
    { textDocument, position }: TextDocumentPositionParams,
    answer: (place: Place) => T | undefined,
  ): Promise<T | null> => {
    const document = documents.get(textDocument.uri)
    const folder = folderOf(textDocument.uri)
    const model = await folder?.model()
    const file = document && folder && model && readFile(document, folder.path, model)
    if (!document || !folder || !model || !file) return null
    return answer({ document, file, model, folder: folder.path, offset: document.offsetAt(position) }) ?? null
  }

  connection.onInitialize(() => ({
    serverInfo: { name: options.name, version: options.version },
    capabilities: {
      textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: true },
      completionProvider: { triggerCharacters: ['.', '$', '"', "'", '['] },
      hoverProvider: true,
      definitionProvider: true,
    },
  }))
  connection.onInitialized(() => void watchFiles(connection))
  connection.onDidChangeWatchedFiles(({ changes }) => {
    for (const { uri } of changes) recheck(uri, true)
  })
  documents.onDidOpen(({ document }) => recheck(document.uri, true))
  documents.onDidSave(({ document }) => recheck(document.uri, true))
  documents.onDidChangeContent(({ document }) => recheck(document.uri, false))
  documents.onDidClose(({ document }) => recheck(document.uri, false))
  connection.onCompletion((params) =>
    ask(params, ({ file, offset, model, document }) => toItems(completeAt(file, offset, model), document, offset)),
  )
  connection.onHover((params) =>
    ask(params, ({ file, offset, model }) => {
      const description = hoverAt(file, offset, model)
      return description && { contents: { kind: MarkupKind.Markdown, value: toMarkdown(description) } }
    }),
  )
  connection.onDefinition((params) =>
    ask(params, ({ file, offset, model, folder }) => {
      const found = definitionAt(file, offset, model)
      return found && toLocation(found.file, found.span, folder)
    }),
  )
  documents.listen(connection)
  connection.listen()
}

interface Place {
  readonly document: TextDocument
  readonly file: EditorFile
  readonly model: SpecModel
  readonly folder: string
  readonly offset: number
}

/** Undefined for a file that is not part of the spec. */
function readFile(document: TextDocument, folder: string, { connector }: SpecModel): EditorFile | undefined {
  const path = pathInFolder(folder, toPath(document.uri) ?? '')
  const kind = getFileKind(path, connector)
  const text = document.getText()
  return kind && { path, kind, text, value: readLeniently(text) }
}

const openFilesOf = (documents: TextDocuments<TextDocument>): OpenFiles => {
  const find = (path: string) => documents.all().find(({ uri }) => toPath(uri) === path)
  return {
    read: (path) => find(path)?.getText(),
    paths: () => documents.all().flatMap(({ uri }) => toPath(uri) ?? []),
  }
}

/** Files that other programs write: an editor that cannot tell of them rejects this, and they count when one is opened. */
async function watchFiles(connection: Connection): Promise<void> {
  const watchers = [{ globPattern: '**/*.{yaml,yml}' }]
  await connection.client.register(DidChangeWatchedFilesNotification.type, { watchers }).catch(() => undefined)
}
