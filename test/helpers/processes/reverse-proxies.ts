/** Real reverse proxies in front of a port of loopback, configured as their manuals begin: without any header. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { join } from 'node:path'
import { type Cleanup, temporaryFolder, waitUntil } from './processes.ts'

type Start = (target: number, closing: Cleanup) => Promise<number>

export interface ReverseProxy {
  readonly name: string
  readonly isInstalled: boolean
  /** Resolves to the port of loopback it listens on. */
  readonly start: Start
}

/** Passes bytes on, as `ssh -R` and most tunnels do. */
const startTunnel: Start = (target, closing) =>
  new Promise((resolve) => {
    const server = createServer((client) => {
      const upstream = connect(target, '127.0.0.1')
      for (const socket of [client, upstream]) socket.on('error', () => socket.destroy())
      client.pipe(upstream).pipe(client)
    })
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
    closing.add(server, () => server.close())
  })

/** `settings` of its only location. */
export const startNginx = (target: number, closing: Cleanup, settings = ''): Promise<number> =>
  startServer(closing, '/usr/sbin/nginx', (folder, port) => ({
    args: ['-c', join(folder, 'config'), '-p', folder, '-e', 'stderr', '-g', 'daemon off;'],
    config: `pid nginx.pid; events {}
http {
  access_log off;
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s;
  server { listen 127.0.0.1:${port}; location / { ${settings} proxy_pass http://127.0.0.1:${target}; } }
}
`,
  }))

const startHaproxy = (mode: 'http' | 'tcp'): Start => {
  return (target, closing) =>
    startServer(closing, '/usr/sbin/haproxy', (folder, port) => ({
      args: ['-db', '-f', join(folder, 'config')],
      config: `defaults
  mode ${mode}
  timeout connect 5s
  timeout client 30s
  timeout server 30s
listen it
  bind 127.0.0.1:${port}
  server connector 127.0.0.1:${target}
`,
    }))
}

interface Configured {
  readonly args: readonly string[]
  readonly config: string
}

async function startServer(
  closing: Cleanup,
  program: string,
  configure: (folder: string, port: number) => Configured,
): Promise<number> {
  const folder = temporaryFolder(closing)
  const port = await freePort()
  const { args, config } = configure(folder, port)
  writeFileSync(join(folder, 'config'), config)
  const child = spawn(program, args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })
  const exited = once(child, 'exit')
  closing.add(child, () => child.kill('SIGTERM') && exited)
  await waitUntil(`${program} listens`, () => accepts(port))
  return port
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}

export const hasNginx = existsSync('/usr/sbin/nginx')

export const REVERSE_PROXIES: readonly ReverseProxy[] = [
  { name: 'a TCP tunnel', isInstalled: true, start: startTunnel },
  { name: 'nginx', isInstalled: hasNginx, start: startNginx },
  { name: 'haproxy', isInstalled: existsSync('/usr/sbin/haproxy'), start: startHaproxy('http') },
  { name: 'haproxy as a tunnel', isInstalled: existsSync('/usr/sbin/haproxy'), start: startHaproxy('tcp') },
]
