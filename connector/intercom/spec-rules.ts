/** What a spec may say of Intercom: the forms of values. */
import type { HeaderProblem, SideRules } from '../../runtime/spec/check/vendor/vendor-rules.ts'

/** The oldest whose fields the mappings know. */
const OLDEST_VERSION = [2, 11] as const
const CURRENT = '2.16'

function checkVersion(value: string): HeaderProblem | undefined {
  if (value === 'Preview') return undefined
  const help = `write Intercom-Version: "${CURRENT}", with the quotes`
  const [, major, minor] = /^(\d+)\.(\d+)$/.exec(value)?.map(Number) ?? []
  if (major === undefined || minor === undefined)
    return {
      severity: 'error',
      message: `"${value}" is no version of Intercom's API, such as "${CURRENT}" or "Preview"`,
      help,
    }
  const [oldestMajor, oldestMinor] = OLDEST_VERSION
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return undefined
  const message = `version ${value} of Intercom's API is older than ${OLDEST_VERSION.join('.')}, the oldest with fields that the mappings know`
  return { severity: 'warning', message, help }
}

export const intercomRules = {
  headers: [{ name: 'Intercom-Version', check: checkVersion }],
  secrets: [
    {
      pattern: /\bdG9rO[A-Za-z0-9+/_-]{15,}=*/g, // the base64 of "tok:"
      noun: 'an access token of Intercom',
      help: 'set INTERCOM_ACCESS_TOKEN in the environment instead, and replace this token in Intercom: a file is copied and committed',
    },
  ],
} satisfies SideRules
