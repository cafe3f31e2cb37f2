/** An editor's side of the protocol, on the pipes of a real `connector lsp`. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import {
  createProtocolConnection,
  type Diagnostic,
  type Position,
  type ProtocolConnection,
  PublishDiagnosticsNotification,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver/node'

export class LanguageClient {
  readonly process: ChildProcessWithoutNullStreams
  readonly connection: ProtocolConnection
  /** By URI, as last sent. */
  readonly diagnostics = new Map<string, readonly Diagnostic[]>()
  readonly #waiting: (() => void)[] = []

  constructor() {
    const source = fileURLToPath(new URL('../../../scripts/source.mjs', import.meta.url))
    this.process = spawn(process.execPath, [source, 'lsp', '--stdio'])
    const { stdin, stdout } = this.process
    this.connection = createProtocolConnection(new StreamMessageReader(stdout), new StreamMessageWriter(stdin))
    this.connection.onNotification(PublishDiagnosticsNotification.type, ({ uri, diagnostics }) => {
      this.diagnostics.set(uri, diagnostics)
      for (const check of this.#waiting.splice(0)) check()
    })
    this.connection.listen()
  }

  async initialize(): Promise<unknown> {
    const result = await this.connection.sendRequest('initialize', {
      processId: process.pid,
      rootUri: null,
      capabilities: {},
    })
    await this.connection.sendNotification('initialized', {})
    return result
  }

  async open(uri: string, text: string): Promise<void> {
    await this.connection.sendNotification('textDocument/didOpen', {
      textDocument: { uri, languageId: 'yaml', version: 1, text },
    })
  }

  async type(uri: string, version: number, text: string): Promise<void> {
    await this.connection.sendNotification('textDocument/didChange', {
      textDocument: { uri, version },
      contentChanges: [{ text }],
    })
  }

  async ask<T>(method: 'completion' | 'hover' | 'definition', uri: string, position: Position): Promise<T> {
    return this.connection.sendRequest<T>(`textDocument/${method}`, { textDocument: { uri }, position })
  }

  /** Resolves once the diagnostics of a file are so. */
  async diagnosed(uri: string, isSo: (diagnostics: readonly Diagnostic[]) => boolean): Promise<readonly Diagnostic[]> {
    for (;;) {
      const found = this.diagnostics.get(uri)
      if (found && isSo(found)) return found
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
  }

  /** Resolves to the exit code. */
  async exit({ shutdown }: { readonly shutdown: boolean }): Promise<number | null> {
    const exited = once(this.process, 'exit')
    if (shutdown) await this.connection.sendRequest('shutdown')
    await this.connection.sendNotification('exit')
    return (await exited)[0]
  }
}
