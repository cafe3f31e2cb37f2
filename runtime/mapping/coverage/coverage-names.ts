/** What has properties to count: the profile, and each metric. */
import type { Spec } from '../../spec/spec.ts'
import { PROFILE } from '../map-profile.ts'

export const coverageNames = ({ mappings }: Spec): readonly string[] => [
  PROFILE,
  ...mappings.map(({ metric }) => metric),
]
