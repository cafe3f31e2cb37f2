/** Leaves out metrics of the base that files of the spec's own replace. */
import { normalizeName } from '../check/files/names.ts'
import type { SpecNode } from '../compile/spec-node.ts'
import type { Mapping } from '../generated/documents.ts'
import type { Lock } from './lock.ts'

interface MetricFile {
  readonly document: Mapping
  readonly node: SpecNode
}

/**
 * A disabled metric of the base cedes its name and its key name. So does one that an update has added: the spec's own
 * goes on as before, rather than end the start by an error. Any other conflict is an error, reported elsewhere.
 */
export function leaveOutReplacedMetrics<T extends MetricFile>(all: readonly T[], lock: Lock | undefined): readonly T[] {
  const own = all.filter((file) => !isOfBase(file))
  const names = new Map(own.flatMap(({ document, node }) => namesOf(document).map((name) => [name, node] as const)))
  return all.filter((file) => {
    const { document, node } = file
    const replacing =
      isOfBase(file) &&
      namesOf(document)
        .map((name) => names.get(name))
        .find((other) => other !== undefined)
    if (!replacing) return true
    if (document.enabled === false) return false
    const path = node.at('metric').span.file.base?.overlayPath
    if (lock === undefined || path === undefined || lock.documents.has(path)) return true
    const message = `the base now has "${document.metric}" with the same name or key, in ${path}: yours is sent, the base's is not`
    const help = `write in ${path} "enabled: false", or rename yours, then run \`connector validate --accept\``
    replacing.at('metric').warn({ code: 'extends/replaced-metric', message, help })
    return false
  })
}

const isOfBase = ({ node }: MetricFile): boolean => node.at('metric').isOfBase

const namesOf = ({ metric, key: [name = ''] }: Mapping) => [`metric ${normalizeName(metric)}`, `key ${name}`]
