/** Reads a file named on the command line, or stdin for `-`. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parse } from 'yaml'
import { isUnsafeNumber, parseJson } from '../lib/json.ts'
import type { Json } from '../ports/types.ts'
import { CliError, EXIT_CODES, usageError } from './errors.ts'
import type { ProcessIo } from './io.ts'

type InputIo = Pick<ProcessIo, 'cwd' | 'stdin'>

export async function readJson(file: string, io: InputIo): Promise<Json> {
  const text = await readText(file, io)
  const value = parseJson(text)
  if (value !== undefined) return value
  throw new CliError(EXIT_CODES.failed, `${inputName(file)} is ${text.trim() === '' ? 'empty' : 'not valid JSON'}`)
}

/** Tries JSON first, since some JSON is not YAML (tabs). */
export async function readJsonOrYaml(file: string, io: InputIo): Promise<Json> {
  const text = await readText(file, io)
  const value = parseJson(text)
  if (value !== undefined) return value
  try {
    return parse(text, keepDigits, { intAsBigInt: true }) as Json
  } catch {
    // The parser's message quotes the text, which may be personal data.
    throw new CliError(EXIT_CODES.failed, `${inputName(file)} is neither JSON nor YAML`)
  }
}

/** Integers as `parseJson` gives them. */
function keepDigits(_: unknown, value: unknown): unknown {
  if (typeof value !== 'bigint') return value
  return isUnsafeNumber(String(value)) ? String(value) : Number(value)
}

async function readText(file: string, io: InputIo): Promise<string> {
  const text =
    file === '-' ? await readAll(io.stdin) : await readFile(resolve(io.cwd, file), 'utf8').catch(unreadableFile(file))
  return text.replace(/^\uFEFF/, '') // Windows tools put a byte order mark before JSON
}

async function readAll(stdin: ProcessIo['stdin']): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stdin) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString('utf8')
}

function unreadableFile(file: string): (error: NodeJS.ErrnoException) => never {
  return (error) => {
    throw usageError(error.code === 'ENOENT' ? `file not found: ${file}` : `cannot read ${file} (${error.code})`)
  }
}

function inputName(file: string): string {
  return file === '-' ? 'stdin' : file
}
