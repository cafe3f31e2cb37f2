/**
 * `node strangers.mjs URL COUNT`: connections that send 4 MiB each to the webhook address, all but the last byte, with a
 * signature that no secret made. They hold on until the first of them is answered, and 4 seconds more. Prints the number
 * of answers by status.
 */
import { connect } from 'node:net'

const SIZE = 4 * 1024 * 1024
const [url, count] = process.argv.slice(2)
const { hostname, port, pathname } = new URL(url)
const head = `POST ${pathname} HTTP/1.1\r\nHost: x\r\nContent-Length: ${SIZE}\r\nX-Hub-Signature: sha1=${'a'.repeat(40)}\r\n\r\n`
const body = Buffer.alloc(SIZE - 1, ' ')
const answers = {}
const sockets = new Set()
let leaving

/** A busy machine takes its time to the first answer. */
function leaveIn(ms) {
  return setTimeout(() => {
    for (const socket of sockets) socket.destroy()
  }, ms)
}

const patience = leaveIn(30_000)

function sendOne() {
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname)
    sockets.add(socket)
    let answer = ''
    socket.on('data', (chunk) => {
      answer += chunk.toString()
      leaving ??= leaveIn(4_000)
    })
    socket.on('error', () => undefined)
    socket.on('close', () => {
      const status = answer.split(' ')[1] ?? 'none'
      answers[status] = (answers[status] ?? 0) + 1
      resolve()
    })
    socket.write(head)
    socket.write(body)
  })
}

await Promise.all(Array.from({ length: Number(count) }, sendOne))
clearTimeout(patience)
clearTimeout(leaving)
process.stdout.write(JSON.stringify(answers))
