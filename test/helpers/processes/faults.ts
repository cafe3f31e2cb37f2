/** Ways in which a side answers badly, each as bytes on a real socket. Data for the fault suite. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { brotliCompressSync, constants, createGzip, deflateSync } from 'node:zlib'

/** Answers one request badly. */
export type Misbehave = (request: IncomingMessage, response: ServerResponse) => void

const MIB = 1024 * 1024
const PAGE = '<!doctype html><html><head><title>Proxy</title></head><body>Not today.</body></html>'
const JSON_TYPE = { 'content-type': 'application/json' }

const answer =
  (status: number, headers: Readonly<Record<string, string>>, body: string | Buffer = ''): Misbehave =>
  (_, response) => {
    response.writeHead(status, headers).end(body)
  }

const page = (status: number): Misbehave => answer(status, { 'content-type': 'text/html; charset=utf-8' }, PAGE)

/** Calls `write` until the connection ends. */
function every(ms: number, { socket }: IncomingMessage, write: () => unknown): void {
  const timer = setInterval(write, ms)
  socket.once('close', () => clearInterval(timer))
}

/** Sends `mib` MiB as fast as the client takes them, then ends. */
function sendMuch(response: ServerResponse, mib: number): void {
  const chunk = Buffer.alloc(MIB, 'x')
  let left = mib
  const more = () => {
    while (left-- > 0) if (!response.write(chunk)) return void response.once('drain', more)
    response.end()
  }
  more()
}

/** Zeros, compressed as they are sent: of any size at the cost of none. */
function sendBomb(response: ServerResponse, mib: number): void {
  const gzip = createGzip()
  gzip.pipe(response)
  const chunk = Buffer.alloc(MIB)
  let left = mib
  const more = () => {
    while (left-- > 0) if (!gzip.write(chunk)) return void gzip.once('drain', more)
    gzip.end()
  }
  response.once('close', () => gzip.destroy())
  more()
}

let packed: { readonly br: Buffer; readonly deflate: Buffer } | undefined
function bombs() {
  const zeros = () => Buffer.alloc(256 * MIB)
  const quick = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }
  packed ??= { br: brotliCompressSync(zeros(), quick), deflate: deflateSync(zeros(), { level: 1 }) }
  return packed
}

/** By name. `huge` and the bombs are 256 MiB when unpacked. */
export const FAULTS = {
  silent: () => undefined,
  'silent after the headers': (_, response) => response.writeHead(200, JSON_TYPE).flushHeaders(),
  dripping: (request, response) => {
    response.writeHead(200, JSON_TYPE).write('[')
    every(1_000, request, () => response.write(' '))
  },
  'dripping headers': (request) => {
    request.socket.write('HTTP/1.1 200 OK\r\nx-drip: ')
    every(1_000, request, () => request.socket.write('x'))
  },
  'endless headers': (request) => {
    request.socket.on('error', () => undefined)
    request.socket.write('HTTP/1.1 200 OK\r\n')
    every(1, request, () => request.socket.write(`x-more: ${'x'.repeat(1000)}\r\n`))
  },
  reset: (request) => void request.socket.resetAndDestroy(),
  'closed without an answer': (request) => void request.socket.destroy(),
  'cut off in the body': (request, response) => {
    response.writeHead(200, { ...JSON_TYPE, 'content-length': '1000' }).write('{"type":"list","data":[')
    setTimeout(() => request.socket.destroy(), 20)
  },
  'no HTTP': (request) => void request.socket.end('SSH-2.0-OpenSSH_9.6\r\n'),
  huge: (_, response) => sendMuch(response.writeHead(202, JSON_TYPE), 256),
  'huge error': (_, response) => sendMuch(response.writeHead(400, JSON_TYPE), 256),
  'gzip bomb': (_, response) => sendBomb(response.writeHead(200, { ...JSON_TYPE, 'content-encoding': 'gzip' }), 256),
  'br bomb': (_, response) => response.writeHead(200, { ...JSON_TYPE, 'content-encoding': 'br' }).end(bombs().br),
  'deflate bomb': (_, response) =>
    response.writeHead(200, { ...JSON_TYPE, 'content-encoding': 'deflate' }).end(bombs().deflate),
  'gzip that is none': answer(200, { ...JSON_TYPE, 'content-encoding': 'gzip' }, 'not gzip at all'),
  'torn JSON': answer(200, JSON_TYPE, '{"data":[{"type":"con'),
  'torn JSON 400': answer(400, JSON_TYPE, '{"errors":[{"id":"1","code":"inv'),
  'empty object': answer(200, JSON_TYPE, '{}'),
  'error list under 200': answer(
    200,
    JSON_TYPE,
    '{"type":"error.list","errors":[{"code":"server_error","message":"Server Error"}]}',
  ),
  'empty 200': answer(200, {}),
  '204': answer(204, {}),
  'page 200': page(200),
  'page 202': page(202),
  'page 400': page(400),
  'page 401': page(401),
  'page 403': page(403),
  'page 407': page(407),
  'page 413': page(413),
  'page 418': page(418),
  'page 502': page(502),
  '500': answer(500, JSON_TYPE, '{"errors":[]}'),
  'absurd Retry-After': answer(429, { 'retry-after': '1e99' }),
  'Retry-After of three years': answer(503, { 'retry-after': '99999999' }),
  redirect: answer(302, { location: 'http://127.0.0.1:9/elsewhere' }),
  'refusal of the API': answer(
    400,
    JSON_TYPE,
    '{"errors":[{"id":"1","status":400,"code":"invalid","title":"Invalid input.","detail":"Invalid value.","source":{"pointer":"/data/attributes/properties"}}]}',
  ),
} satisfies Readonly<Record<string, Misbehave>>

/** `lost answer`: the request takes effect, and the connection breaks before the answer. */
export type FaultName = keyof typeof FAULTS | 'lost answer'
