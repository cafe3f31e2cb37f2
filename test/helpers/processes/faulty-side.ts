/** A side on a real socket that answers well, or as badly as a rule says, and counts its connections. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { FAULTS, type FaultName } from './faults.ts'
import type { Cleanup } from './processes.ts'

/** The request as a rule sees it. */
export interface SeenRequest {
  readonly method: string
  /** With its query. */
  readonly path: string
  readonly body: string
}

/** The fault of a request; undefined: it is answered well. */
export type ChooseFault = (request: SeenRequest) => FaultName | undefined | Promise<FaultName | undefined>

export interface FaultySide {
  readonly url: string
  /** Replaces the rule. */
  misbehave(rule: ChooseFault): void
  /** Requests that were answered badly so far. */
  faults(): number
  /** Connections open now. */
  connections(): number
}

/** `respond` answers well. */
export async function startFaultySide(
  respond: (request: Request) => Promise<Response>,
  closing: Cleanup,
): Promise<FaultySide> {
  let rule: ChooseFault = () => undefined
  let faults = 0
  const sockets = new Set<Socket>()
  const respondWell = getRequestListener(respond, { overrideGlobalObjects: false })
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await readAll(request)
    const fault = await rule({ method: request.method ?? '', path: request.url ?? '', body: body.toString() })
    if (fault === undefined) return respondWell(Object.assign(request, { rawBody: body }), response)
    faults += 1
    response.on('error', () => undefined)
    if (fault !== 'lost answer') return FAULTS[fault](request, response)
    await respond(rebuild(request, body))
    request.socket.resetAndDestroy()
  }
  const server = createServer((request, response) => void answer(request, response).catch(() => request.destroy()))
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.add(server, () => {
    server.closeAllConnections()
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    misbehave: (next) => {
      rule = next
    },
    faults: () => faults,
    connections: () => sockets.size,
  }
}

function rebuild({ method = 'GET', url, headers }: IncomingMessage, body: Buffer): Request {
  const entries = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)])
  return new Request(new URL(url ?? '/', 'http://127.0.0.1'), {
    method,
    headers: entries,
    body: body.length > 0 ? body : null,
  })
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks)
}
