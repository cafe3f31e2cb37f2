/** `lsp`: the language server for editors, on stdin and stdout. */
import { Readable, Writable } from 'node:stream'
import { loadOptional } from '../../lib/optional-package.ts'
import type { CommandDefinition } from '../command.ts'
import type { Output } from '../io.ts'

export const lspCommand: CommandDefinition = {
  name: 'lsp',
  summary: 'Serve editors: check specs as they are typed, complete and explain their expressions.',
  options: [{ flags: '--stdio', description: 'speak on stdin and stdout, as always; many editors add it' }],
  examples: [['lsp', 'started by an editor: docs/guide/editor.md shows how']],
  async run({ app, io, note }) {
    if (io.stdout.isTTY) note('An editor starts this command and speaks to it; see docs/guide/editor.md.')
    // Imported here: no other command needs the protocol.
    const [{ createConnection, ProposedFeatures }, { serveLanguage }] = await Promise.all([
      loadProtocol(() => import('vscode-languageserver/node')),
      loadProtocol(() => import('../../editor/server/server.ts')),
    ])
    const connection = createConnection(ProposedFeatures.all, Readable.from(io.stdin), writableOf(io.stdout))
    const { name, version, functions, rules, bases } = app
    serveLanguage(connection, { name, version, functions, rules, bases, clock: io.clock })
    // The connection ends the process: on `exit`, and when the editor goes away.
    return new Promise<number>(() => undefined)
  },
}

const loadProtocol = <T>(load: () => Promise<T>): Promise<T> =>
  loadOptional({ name: 'vscode-languageserver vscode-languageserver-textdocument', purpose: 'The editor server', load })

/** Each write is a whole header or a whole message, so no character is cut in two. */
const writableOf = (output: Output): Writable =>
  new Writable({
    decodeStrings: false,
    write(chunk: string | Uint8Array, _, done) {
      output.write(typeof chunk === 'string' ? chunk : new TextDecoder().decode(chunk))
      done()
    },
  })
