/**
 * An HTTP proxy as a process of its own, on a free port of loopback, which it prints. It opens CONNECT tunnels to a port of
 * this machine, whatever host is requested, and prints each request. Arguments: mode, target port by host (JSON).
 */
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'

const [mode = 'open', targets = '{}'] = process.argv.slice(2)
const ports = JSON.parse(targets) as Record<string, number>
const CREDENTIALS = `Basic ${Buffer.from('ann:p%ss').toString('base64')}`
const print = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`)

const server = createServer((_, response) => response.writeHead(501).end())
server.on('connect', ({ url = '', headers }, socket) => {
  socket.on('error', () => undefined)
  print({ connect: url })
  if (mode === 'hang') return
  if (mode === 'cut') return void socket.destroy()
  if (mode === 'credentials' && headers['proxy-authorization'] !== CREDENTIALS)
    return void socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n')
  if (mode === 'refuse') return void socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
  if (mode === 'unavailable') return void socket.end('HTTP/1.1 503 Service Unavailable\r\n\r\n')
  const target = connect(ports[new URL(`http://${url}`).hostname] ?? 1, '127.0.0.1', () => {
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
    socket.pipe(target).pipe(socket)
  })
  target.on('error', () => socket.destroy())
})
server.listen(0, '127.0.0.1', () => print({ port: (server.address() as AddressInfo).port }))
