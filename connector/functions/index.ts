/** The functions that expressions of the mappings may call in addition to JSONata's own. */
import type { FunctionTable } from '../../runtime/expression/functions.ts'
import type { Logger } from '../../runtime/ports/effects.ts'
import { toFault } from '../../runtime/ports/fault.ts'
import { loadPhoneMetadata, toE164 } from './phone.ts'
import { emailAddress, isoTime, plainText, splitName } from './text.ts'
import { valueFunctions } from './value-functions.ts'

/**
 * One row declares a function: its checks, registration and documentation derive from it.
 *
 * A function returns nothing for data it cannot read, and the property is omitted. None throws because of data.
 */
export const functions: FunctionTable = [
  {
    name: 'datetime',
    signature: '<x?:s>',
    units: { takes: 'time', gives: 'date' },
    doc: "A time in Klaviyo's format, ISO 8601 in UTC with milliseconds, from Unix seconds (a number or digits) or ISO 8601 with any offset. Nothing for 0, which means never.",
    example: { expr: '$datetime(1768031789)', gives: '2026-01-10T07:56:29.000Z' },
    run: (time) => isoTime(time),
  },
  {
    name: 'phone',
    signature: '<x?x?x?:s>',
    doc: 'A telephone number in E.164, or nothing unless it is valid. The first recognised country (IE, IRL or Ireland) determines the prefix of a number without one. Reads labels, links (`tel:`), extensions, `00`, digits of any script, and numbers from before a change of the numbering plan, such as +52 1 for mobiles in Mexico.',
    example: { expr: '$phone("087 123 4567", "IRL", "Ireland")', gives: '+353871234567' },
    run: (number, ...countries) => (typeof number === 'string' ? toE164(number, ...countries) : undefined),
    load: loadPhoneMetadata,
  },
  {
    name: 'email',
    signature: '<x?:s>',
    doc: 'An e-mail address in lower case, or nothing if Klaviyo would reject it. Removes what is no part of it (`mailto:`, a display name, quotation marks, a final dot, invisible characters); an internationalised domain becomes punycode.',
    example: { expr: '$email(" Ann@Shop.ie ")', gives: 'ann@shop.ie' },
    run: (address) => (typeof address === 'string' ? emailAddress(address) : undefined),
  },
  {
    name: 'firstName',
    signature: '<x?:s>',
    doc: 'The first word of a name, HTML entities decoded. Nothing for an e-mail address.',
    example: { expr: '$firstName("Ann O&#39;Neill")', gives: 'Ann' },
    run: (name) => (typeof name === 'string' ? splitName(name).first : undefined),
  },
  {
    name: 'lastName',
    signature: '<x?:s>',
    doc: 'A name without its first word, HTML entities decoded. Nothing for a single word.',
    example: { expr: '$lastName("Ann O&#39;Neill")', gives: "O'Neill" },
    run: (name) => (typeof name === 'string' ? splitName(name).last : undefined),
  },
  {
    name: 'text',
    signature: '<x?:s>',
    doc: 'Trimmed text with HTML entities decoded. Keeps HTML tags.',
    example: { expr: '$text(" Phone &amp; SMS ")', gives: 'Phone & SMS' },
    run: (text) => (typeof text === 'string' ? plainText(text) : undefined),
  },
  ...valueFunctions,
]

/**
 * Loads what the functions need before the first event does: later, files may have been replaced or descriptors have run
 * out. Only logs a failure: each event that needs it tries again.
 */
export async function preloadFunctions(logger: Logger): Promise<void> {
  for (const { name, load } of functions) {
    try {
      await load?.()
    } catch (error) {
      const { code, message } = toFault(error)
      logger.warn(`events with $${name} wait: ${message}`, { code })
    }
  }
}
