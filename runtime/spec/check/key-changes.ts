/** Describes what makes a key change, and what to write instead. */
import type { KnownShape } from '../../expression/check/shape.ts'
import type { Change, Value } from '../../expression/check/value.ts'
import type { DiagnosticText } from '../diagnostic.ts'
import { isNotification } from './known-fields.ts'

/** What the key of a mapping can read. */
export interface KeyInput {
  readonly input?: KnownShape
  readonly part?: Value | undefined
  readonly hasStream: boolean
  readonly hasParts: boolean
  /** The file that lists the fields. */
  readonly file?: string | undefined
}

export function describeChange(change: Change, input: KeyInput): DiagnosticText {
  const { message, help } = describe(change, input)
  return { code: 'spec/volatile-key', message, help: `${help}; a changed key counts the event again` }
}

function describe(change: Change, input: KeyInput): { readonly message: string; readonly help: string } {
  const { kind, name, holder, shape } = change
  const alternative = suggestFields(input)
  if (isNotification(holder) && (input.hasStream || input.hasParts)) {
    const message = input.hasStream
      ? 'the key uses $notification, which history does not have'
      : 'the key uses $notification, and several notifications report the same $part'
    return { message, help: alternative }
  }
  switch (kind) {
    case 'record':
      return { message: `the key uses all of ${name}, which can change`, help: alternative }
    case 'untraced':
      return { message: `the key uses ${name}, which reads any field`, help: alternative }
    case 'position':
      return { message: `the key takes item ${name} of a list, whose items can change places`, help: alternative }
    case 'list': {
      const message = `the key uses the list "${name}"${of(holder)}, whose items and their order can change`
      return { message, help: input.hasParts ? alternative : `${alternative}; for one event an item, write each` }
    }
    case 'field': {
      const inner = listFixed(shape)
      const field = `"${name}"${of(holder)}`
      if (inner.length > 0) {
        const help = `use ${joinOr(inner.map((each) => `${name}.${each}`))}`
        return { message: `the key uses all of ${field}, which can change`, help }
      }
      const declaration = suggestDeclaration(change, input)
      if (declaration === undefined) return { message: `the key uses ${field}, which can change`, help: alternative }
      return { message: `the key uses ${field}, which may change`, help: `${alternative}; ${declaration}` }
    }
  }
}

/** Of a key that is the same for all that `each` gives. */
export function describeSharedKey(part: Value | undefined): DiagnosticText {
  const fields = listFixed(part?.shape).map((name) => `$part.${name}`)
  return {
    code: 'spec/key-without-part',
    message: 'each $part has the same key, so that only one of them is counted',
    help: `add what tells them apart: ${fields.length > 0 ? joinOr(fields) : '$part.id'}`,
  }
}

/** Two records of one second would give one key. */
export function describeKeyOfTimes({ input, part }: Pick<KeyInput, 'input' | 'part'>): DiagnosticText {
  const fields = [listFixed(part?.shape).map((name) => `$part.${name}`), listFixed(input)].find((all) => all.length > 0)
  return {
    code: 'spec/key-of-times',
    message: 'the key is made of times alone, and two that happen in the same second would count as one',
    help: `add ${fields?.[0] ?? 'id'}, which tells them apart`,
  }
}

/** Of a time that is the same for all that `each` gives. */
export function describeSharedTime(part: Value | undefined): DiagnosticText {
  const field = part?.shape?.fields.has('created_at') ? '$part.created_at' : 'its own time'
  return {
    code: 'spec/time-without-part',
    message: 'each $part has the same time, that of the record',
    help: `use ${field}`,
  }
}

const of = (holder: KnownShape): string => (holder === undefined ? '' : ` of ${holder.name}`)

/** Ids and creation times first, as most keys need one; then at most two more. */
function listFixed(shape: KnownShape): readonly string[] {
  const names = [...(shape?.fixed ?? [])].filter((name) => !/(type|state|role|category)$/.test(name))
  const usual = ['id', 'created_at'].filter((name) => names.includes(name))
  return [...new Set([...usual, ...names])].slice(0, 3)
}

const joinOr = (words: readonly string[]): string => {
  const last = words.at(-1) ?? ''
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} or ${last}`
}

function suggestFields({ input, part }: KeyInput): string {
  const ofPart = listFixed(part?.shape).map((name) => `$part.${name}`)
  const fields = ofPart.length > 0 ? ofPart : listFixed(input)
  return fields.length > 0 ? `use ${joinOr(fields)}` : 'use an id or a creation time'
}

/** For a field of the operator's own: one that the source documents is declared already. */
function suggestDeclaration({ name, holder }: Change, { file }: KeyInput): string | undefined {
  if (holder === undefined || file === undefined) return undefined
  const [field = '', ...inner] = name.split('.')
  if (holder.fields.has(field) && holder.fixed.size > 0 && inner.length === 0) return undefined
  const nest = (value: string, key: string) => `${key}: ${value === 'fixed' ? value : `{ ${value} }`}`
  const declaration = [field, ...inner].reduceRight(nest, 'fixed')
  return `if it never changes, write ${declaration} in ${file} under ${holder.name}`
}
