/**
 * Calls the handlers of a module as AWS Lambda does: `POST /` as a function URL calls `receive`, with a base64 body, and
 * `POST /NAME` with an event in JSON. Run it by `node --import tsx lambda.ts MODULE`.
 */
import { createServer, type IncomingMessage } from 'node:http'
import { resolve } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'

type Handler = (event: unknown, context: { getRemainingTimeInMillis(): number }) => Promise<unknown>

const handlers: Record<string, Handler> = await import(pathToFileURL(resolve(process.argv[2] ?? '')).href)
const TIMEOUT = 30_000

/** https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html: one value for each header, names in lower case. */
function httpEvent({ headers, method, url = '/' }: IncomingMessage, body: Buffer) {
  return {
    version: '2.0',
    rawPath: url,
    rawQueryString: '',
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
    requestContext: { http: { method, path: url, protocol: 'HTTP/1.1' } },
    ...(body.length > 0 && { body: body.toString('base64') }),
    isBase64Encoded: body.length > 0,
  }
}

const server = createServer(async (request, response) => {
  const started = performance.now()
  const context = { getRemainingTimeInMillis: () => Math.round(TIMEOUT - (performance.now() - started)) }
  const body = await buffer(request)
  const name = request.url?.slice(1) ?? ''
  if (name !== '') {
    const failed = ({ message }: Error) => ({ errorMessage: message })
    const result = await handlers[name]?.(JSON.parse(body.toString()), context).catch(failed)
    return void response.end(JSON.stringify(result ?? null))
  }
  const event = httpEvent(request, body)
  const answer = (await handlers.receive?.(event, context)) as { statusCode: number; headers: object; body: string }
  response.writeHead(answer.statusCode, { ...answer.headers }).end(answer.body)
})
process.once('SIGTERM', () => process.exit(0)) // as Lambda ends an environment: without a word to the program
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.stdout.write(`listening on http://127.0.0.1:${typeof address === 'object' && address?.port}\n`)
})
