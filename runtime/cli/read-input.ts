/** Reads a file named on the command line, or stdin for `-`. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parse } from 'yaml'
import type { Json } from '../ports/types.ts'
import { CliError, EXIT_CODES, usageError } from './errors.ts'
import type { ProcessIo } from './io.ts'

type Place = Pick<ProcessIo, 'cwd' | 'stdin'>

export async function readJson(file: string, io: Place): Promise<Json> {
  const text = await readText(file, io)
  try {
    return JSON.parse(text)
  } catch {
    // The parser's own message quotes the text, which is a customer's.
    throw new CliError(EXIT_CODES.failed, `${nameOf(file)} is not JSON${text.trim() === '' ? ': it is empty' : ''}`)
  }
}

/** Most JSON is YAML, but not all (tabs): it is tried first. */
export async function readJsonOrYaml(file: string, io: Place): Promise<Json> {
  const text = await readText(file, io)
  for (const read of [(it: string) => JSON.parse(it), (it: string) => parse(it)]) {
    try {
      return read(text)
    } catch {}
  }
  throw new CliError(EXIT_CODES.failed, `${nameOf(file)} is neither JSON nor YAML`)
}

async function readText(file: string, io: Place): Promise<string> {
  const text =
    file === '-' ? await readAll(io.stdin) : await readFile(resolve(io.cwd, file), 'utf8').catch(noFile(file))
  return text.replace(/^\uFEFF/, '') // Windows tools put a byte order mark before JSON
}

async function readAll(stdin: ProcessIo['stdin']): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stdin) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString('utf8')
}

function noFile(file: string): (error: NodeJS.ErrnoException) => never {
  return (error) => {
    throw usageError(error.code === 'ENOENT' ? `there is no file ${file}` : `${file} cannot be read (${error.code})`)
  }
}

function nameOf(file: string): string {
  return file === '-' ? 'what came on stdin' : file
}
