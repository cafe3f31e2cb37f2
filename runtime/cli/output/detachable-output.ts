/** Output of a process that must outlive its reader: what cannot be written is dropped and counted. */
import { fstatSync, writeSync } from 'node:fs'
import { isatty, type WriteStream } from 'node:tty'
import type { Output } from '../io.ts'

/** Bytes that wait for a reader who stands still. */
const MAX_WAITING = 1024 * 1024

/** `process.stdout` and `process.stderr`. The blocking mode of a pipe is not in Node's types. */
type ProcessStream = WriteStream & { readonly fd: number; readonly _handle?: { setBlocking?(on: boolean): void } }

export class DetachableOutput implements Output {
  readonly #stream: ProcessStream
  #mode: 'attached' | 'file' | 'stream' = 'attached'
  #isBroken = false
  #dropped = 0
  #reported = 0
  #onRecovery: (lines: number) => void = () => undefined

  /** `onClosed`: the reader has gone, and nothing else is to be done. */
  constructor(stream: ProcessStream, onClosed: () => void) {
    this.#stream = stream
    stream.on('error', (error: NodeJS.ErrnoException) => {
      this.#isBroken = true
      if (this.#mode !== 'attached') return
      if (error.code !== 'EPIPE') throw error
      onClosed()
    })
  }

  get isTTY(): boolean {
    return this.#stream.isTTY === true
  }

  /** A window may be resized. */
  get columns(): number {
    return this.#stream.columns || 80 // 0 on a terminal of unknown width
  }

  /** Since `detach`. */
  get dropped(): number {
    return this.#dropped
  }

  /**
   * From now on neither a reader that goes away, nor one that stands still, nor a full disk ends or holds up the
   * process. `onRecovery` gets the number of writes that were dropped before one succeeds again.
   */
  detach(onRecovery: (lines: number) => void): void {
    this.#onRecovery = onRecovery
    this.#mode = isFile(this.#stream.fd) ? 'file' : 'stream'
    // Node writes to a pipe synchronously: a full one would stop the whole process.
    if (this.#mode === 'stream') this.#stream._handle?.setBlocking?.(false)
  }

  write(text: string): void {
    if (this.#mode === 'attached') return void this.#stream.write(text)
    if (!this.#tryWrite(text)) {
      this.#dropped++
      return
    }
    const lines = this.#dropped - this.#reported
    this.#reported = this.#dropped
    if (lines > 0) this.#onRecovery(lines)
  }

  #tryWrite(text: string): boolean {
    if (this.#mode === 'file') return tryWriteFile(this.#stream.fd, text)
    if (this.#isBroken || this.#stream.writableLength > MAX_WAITING) return false
    this.#stream.write(text)
    return true
  }
}

/** A file or a device, to which Node writes synchronously. */
function isFile(fd: number): boolean {
  try {
    const stats = fstatSync(fd)
    return stats.isFile() || (stats.isCharacterDevice() && !isatty(fd))
  } catch {
    return false // closed
  }
}

/** Not by the stream, which writes nothing more after one error: space on a disk may come back. */
function tryWriteFile(fd: number, text: string): boolean {
  try {
    writeSync(fd, text)
    return true
  } catch {
    return false
  }
}
