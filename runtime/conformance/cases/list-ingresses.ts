/** The ingresses by which a case runs: those that it names, or all that its topic and its stream make possible. */
import { PROFILE } from '../../mapping/map-profile.ts'
import type { Ingress } from '../../ports/types.ts'
import type { Path } from '../../spec/yaml.ts'
import { INGRESSES } from '../types.ts'
import type { CaseSetting } from './case-setting.ts'
import type { FileContext, WrittenCase } from './file-context.ts'

export function listIngresses(
  { ingresses: named }: WrittenCase,
  path: Path,
  setting: CaseSetting,
  { file, metric }: FileContext,
): readonly Ingress[] {
  const possible = INGRESSES.filter((ingress) => whyNot(ingress, setting, metric) === undefined)
  if (possible.length === 0) {
    const message = 'the case has neither a topic nor a stream, so nothing arrives'
    const help = 'write topic: NAME for webhooks, stream: NAME for history, or both'
    file.error([...path, 'name'], { code: 'cases/no-ingress', message, help })
    return []
  }
  if (named === undefined) return possible
  for (const [index, ingress] of named.entries()) {
    const reason = ingress === 'both' ? 'only a course runs by both' : whyNot(ingress, setting, metric)
    if (reason === undefined) continue
    const help = `possible: ${possible.join(', ')}`
    file.error([...path, 'ingresses', index], {
      code: 'cases/ingress',
      message: `the case cannot run by ${ingress}: ${reason}`,
      help,
    })
  }
  return possible.filter((ingress) => named.includes(ingress))
}

function whyNot(ingress: Ingress, { topic, stream, itemKey }: CaseSetting, metric: string | undefined) {
  if (ingress === 'webhook' || ingress === 'replay')
    return topic === undefined && itemKey !== 'recorded' ? 'it gives no topic' : undefined
  if (stream === undefined) return 'it gives no stream'
  if (ingress === 'backfill') return metric === PROFILE ? 'history updates no profile' : undefined
  return stream.poll === undefined ? `stream ${stream.name} is not polled` : undefined
}
