/** The fields of a message and the parts of a mapping, as pages name them. */

const PARTS: Readonly<Record<string, string>> = {
  key: 'Event key',
  time: 'Time of the event',
  contact: 'Contact of the event',
  each: 'Parts that are counted (each)',
  when: 'Condition (when)',
  skip: 'Skip rule',
  value: 'Value',
  currency: 'Currency',
}

/** Of `FaultInfo.fields`: what it is, and its name. */
export function describeField(field: string): readonly [label: string, name: string] {
  const [, kind, name] = /^(profile\.properties|properties|profile|lookups)\.(.+)$/s.exec(field) ?? []
  switch (kind) {
    case 'properties':
      return ['Property', name ?? field]
    case 'profile.properties':
      return ['Profile property', name ?? field]
    case 'profile':
      return ['Profile attribute', name ?? field]
    case 'lookups':
      return ['Lookup', name ?? field]
    default:
      return ['Part of the mapping', PARTS[field] ?? field]
  }
}
