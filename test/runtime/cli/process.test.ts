import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { createProcessIo } from '../../../runtime/cli/process.ts'

const children: ChildProcessWithoutNullStreams[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

/** Runs the bin in a folder of its own, without inherited settings. */
async function runBin(...argv: string[]) {
  const main = fileURLToPath(new URL('../../../connector/main.ts', import.meta.url))
  const cwd = await mkdtemp(join(tmpdir(), 'cli-'))
  const env = { PATH: process.env.PATH }
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), main, ...argv], { cwd, env })
  children.push(child)
  const written = { out: '', err: '' }
  child.stdout.on('data', (chunk) => {
    written.out += chunk
  })
  child.stderr.on('data', (chunk) => {
    written.err += chunk
  })
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal, ...written }))
  return { child, ended }
}

test('the shipped spec is valid', async () => {
  const { ended } = await runBin('validate')
  expect(await ended).toEqual({
    code: 0,
    signal: null,
    out: expect.stringMatching(/\n9 metrics, .*: no problems\n$/),
    err: '',
  })
})

test('check without credentials exits with 2 and names them', async () => {
  const { code, err } = await (await runBin('check')).ended
  expect(code).toBe(2)
  expect(err).toContain('INTERCOM_ACCESS_TOKEN')
  expect(err).toContain('KLAVIYO_API_KEY')
})

test.each(['SIGTERM', 'SIGINT'] as const)('start exits with 0 on %s', async (signal) => {
  const { child, ended } = await runBin('start', '--sandbox', '--port', '0', '--json')
  await once(child.stdout, 'data')
  child.kill(signal)
  const { code, err } = await ended
  expect(err).toContain('"msg":"stopped"')
  expect(code).toBe(0)
})

test('one Ctrl-C ends a command that waits for stdin', async () => {
  const { child, ended } = await runBin('preview', '--topic', 'ticket.created', '-')
  // It prints nothing until stdin ends, so its spawn must do.
  await once(child, 'spawn')
  child.kill('SIGINT')
  expect(await ended).toMatchObject({ code: null, signal: 'SIGINT' })
})

/** The part of a process that `createProcessIo` uses. */
function fakeProcess() {
  const exits: number[] = []
  const streams = { stdout: new PassThrough(), stderr: new PassThrough(), stdin: new PassThrough() }
  const parts = { ...streams, env: {}, cwd: () => '/', exit: (code: number) => exits.push(code) }
  const fake = Object.assign(new EventEmitter(), parts)
  return { fake, exits, io: createProcessIo(fake as unknown as NodeJS.Process) }
}

test('the first signal aborts, the second exits at once', () => {
  const { fake, exits, io } = fakeProcess()
  expect(io.signal.aborted).toBe(false)
  fake.emit('SIGTERM')
  expect(io.signal.aborted).toBe(true)
  expect(exits).toEqual([])
  fake.emit('SIGINT')
  expect(exits).toEqual([1])
})

test('listens for signals only once a command reads the signal', () => {
  const { fake, io } = fakeProcess()
  expect(fake.listenerCount('SIGINT')).toBe(0)
  void io.signal
  void io.signal
  expect(fake.listenerCount('SIGINT')).toBe(1)
})

test('a closed pipe ends the process quietly; other pipe errors are thrown', () => {
  const { fake, exits } = fakeProcess()
  fake.stdout.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
  expect(exits).toEqual([0])
  expect(() => fake.stdout.emit('error', Object.assign(new Error('write EIO'), { code: 'EIO' }))).toThrow('EIO')
})

test('a terminal of unknown width counts as 80 columns', () => {
  const { io } = fakeProcess()
  expect(io.stdout.columns).toBe(80)
  expect(io.stdout.isTTY).toBe(false)
})

test('detached, drops what a reader who stands still does not take, and says how much', () => {
  const { fake, io } = fakeProcess()
  const recovered: number[] = []
  const dropped = io.detachOutput((lines) => recovered.push(lines))
  for (let line = 0; line < 40; line++) io.stderr.write('x'.repeat(64 * 1024))
  expect(dropped()).toBeGreaterThan(20)
  fake.stderr.resume()
  return once(fake.stderr, 'drain').then(() => {
    io.stderr.write('again')
    expect(recovered).toEqual([dropped()])
    fake.stderr.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
    io.stderr.write('x')
    expect(dropped()).toBe((recovered[0] ?? 0) + 1)
  })
})
