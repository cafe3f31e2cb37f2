/** The reference pages of fault codes and skip reasons, from their tables. */

import { type FaultCode, faultAnchor } from '../../runtime/fault-reference.ts'
import type { SkipReason } from '../../runtime/skip-reasons.ts'
import { generatedNote } from './schema-reference.ts'

const KINDS: Readonly<Record<FaultCode['kind'], string>> = {
  config:
    'Credentials, permissions, settings or a mapping. Records wait, or become dead letters where waiting cannot help.',
  data: 'One record cannot be delivered as it is. It becomes a dead letter; the others are delivered.',
  transient: 'A side, the network or the store was unavailable. Retried automatically.',
  bug: 'An error of the connector. The record becomes a dead letter.',
}

const OWNERS: Readonly<Record<FaultCode['owner'], string>> = {
  operator: 'The operator',
  'mapping author': 'The author of the mapping',
  maintainers: 'The maintainers of the connector',
  none: 'No action needed',
}

/** `sides` are the names that stand for `<side>`: a code of either leads to the section of the pattern. */
export function faultsPage(rows: readonly FaultCode[], sides: readonly string[]): string {
  const own = new Set(rows.map(({ code }) => code))
  const aliases = ({ code }: FaultCode) =>
    code.startsWith('<side>/') ? sides.map((side) => code.replace('<side>', side)).filter((one) => !own.has(one)) : []
  const section = (row: FaultCode) =>
    [
      [row.code, ...aliases(row)].map((code) => `<a id="${faultAnchor(code)}"></a>`).join(''),
      `### \`${row.code}\``,
      row.meaning,
      `**Who acts:** ${OWNERS[row.owner]}. ${row.action}`,
    ].join('\n\n')
  const kinds = Object.entries(KINDS).flatMap(([kind, meaning]) => [
    `## ${kind}`,
    meaning,
    ...rows.filter((row) => row.kind === kind).map(section),
  ])
  const patterns = `\`<side>\` stands for ${sides.map((side) => `\`${side}\``).join(' or ')}, \`<code>\` for an error code of JSONata.`
  return [
    '# Fault codes',
    `${generatedNote}\n\nThe code of every fault in logs, dead letters and the console, by kind. ${patterns}`,
    ...kinds,
    '',
  ].join('\n\n')
}

export function skipReasonsPage(rows: readonly SkipReason[], waits: readonly SkipReason[]): string {
  const sectionsOf = (reasons: readonly SkipReason[]) =>
    reasons.map(({ reason, meaning, action }) =>
      [
        `## \`${reason}\``,
        `${capitalized(meaning)}.`,
        action === undefined ? '**No action needed.**' : `**If it should be sent:** ${action}.`,
      ].join('\n\n'),
    )
  const own = 'A mapping adds reasons of its own under `skip` and `whenMissing`; their names say why.'
  const waiting =
    'Events with the two last reasons are not skipped: they wait (`deferred`), and hold up no other event.'
  const intro = `${generatedNote}\n\nWhy an event was not sent. ${own} ${waiting}`
  return ['# Skip reasons', intro, ...sectionsOf(rows), ...sectionsOf(waits), ''].join('\n\n')
}

const capitalized = (text: string) => text.slice(0, 1).toUpperCase() + text.slice(1)
