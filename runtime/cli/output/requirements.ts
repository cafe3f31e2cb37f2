/** Prints what a spec needs outside of its files. */
import { capitalize } from '../../lib/format.ts'
import type { Requirements } from '../../plan/requirements.ts'
import type { JsonObject } from '../../ports/types.ts'
import type { Spec } from '../../spec/spec.ts'

export function formatRequirements(requirements: Requirements, spec: Spec): string {
  const { topics, permissions, withHistory, withoutHistory } = requirements
  const [source, destination] = [capitalize(spec.source.name), capitalize(spec.destination.name)]
  const purposes = [...new Set(topics.flatMap(({ metrics }) => metrics))]
  const width = Math.max(0, ...purposes.map((purpose) => purpose.length))
  const rows = purposes.map((purpose) => {
    const own = topics.filter(({ metrics }) => metrics.includes(purpose))
    return `  ${purpose.padEnd(width)}  ${own.map(({ topic, isNew }) => (isNew ? `${topic} (new)` : topic)).join(', ')}`
  })
  return [
    ...(rows.length > 0 ? [`Webhook topics to subscribe to in ${source}:`, ...rows] : []),
    ...permissionsIn(source, permissions.source),
    ...permissionsIn(destination, permissions.destination),
    `From history, too: ${withHistory.join(', ') || 'none'}`,
    ...(withoutHistory.length > 0 ? [`Live only: ${withoutHistory.join(', ')}`] : []),
  ]
    .map((line) => `${line}\n`)
    .join('')
}

const permissionsIn = (side: string, permissions: readonly string[]): readonly string[] =>
  permissions.length === 0 ? [] : [`Permissions in ${side}: ${permissions.join(', ')}`]

export const requirementsToJson = ({ topics, permissions, ...history }: Requirements): JsonObject => ({
  topics: topics.map((topic) => ({ ...topic })),
  permissions: { ...permissions },
  ...history,
})
