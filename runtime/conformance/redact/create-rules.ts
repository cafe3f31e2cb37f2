/** The rules of redaction that a spec implies: its known fields, and its own texts, hosts and headers. */
import { listLiterals } from '../../mapping/coverage/mask.ts'
import type { LoadedSpec } from '../../spec/load.ts'
import type { Spec } from '../../spec/spec.ts'
import type { RedactionRules } from './types.ts'

/**
 * What `loadSpec` returned makes the rules. The host adds what only its code knows: `tokens`, the credentials of both APIs,
 * and `readPhone`, its reading of phone numbers.
 */
export function createRules(
  { spec, declarations, expressions }: Pick<LoadedSpec, 'declarations' | 'expressions'> & { readonly spec: Spec },
  { tokens = [], readPhone }: Pick<RedactionRules, 'tokens' | 'readPhone'> = {},
): RedactionRules {
  const { source, destination } = spec
  const account = [source.workspace, destination.account].flatMap((each) => (each === undefined ? [] : [each.id.text]))
  const limits = Object.values(source.rateLimit.headers ?? {})
  return {
    ...(declarations && { fields: declarations.fields.shapes }),
    literals: [...listNames(spec), ...expressions.flatMap(({ expression }) => listTexts(expression.text))],
    hosts: [...Object.values(source.hosts), destination.host].map((url) => url.replace(/^[a-z]+:\/\/|[/:].*$/gi, '')),
    headers: [...Object.keys(source.headers), ...Object.keys(destination.headers), ...limits],
    ids: account.map((path) => path.split('.').at(-1) ?? path),
    tokens,
    ...(readPhone !== undefined && { readPhone }),
  }
}

/** Names of metrics, as they are sent, and reasons to skip. */
function listNames({ mappings, disabledMappings, profile, destination, webhook, resources }: Spec): string[] {
  const all = [...mappings, ...disabledMappings]
  const reasons = [...all, profile].flatMap(({ skip }) => skip.map(({ reason }) => reason))
  const metrics = all.flatMap(({ metric }) => [metric, `${destination.metricPrefix}${metric}`])
  const topics = [...resources.values()].flatMap((resource) => [...resource.topics])
  return [...metrics, ...reasons, ...topics, ...webhook.ignoredTopics]
}

const listTexts = (expression: string): string[] =>
  listLiterals(expression).map((literal) => literal.replace(/\\(.)/g, '$1'))
