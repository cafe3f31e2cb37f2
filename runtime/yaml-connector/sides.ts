/** The two sides of a spec as authentication sees them: hosts, keys and instructions, all from connector.yaml. */
import type { PasteField, Side, SideName } from '../auth/side.ts'
import { capitalize } from '../lib/format.ts'
import { Fault } from '../ports/fault.ts'
import { parseSecrets } from '../source/verify-signature.ts'
import type { AuthSpec } from '../spec/auth-spec.ts'
import type { AccountSpec, Spec } from '../spec/spec.ts'
import { baseUrlSetting, type Env, fillHost, fillText, readSetting } from './settings.ts'

interface SideOfSpec extends AuthSpec {
  readonly name: string
  readonly headers: Readonly<Record<string, string>>
  readonly timeout: number
  readonly account?: AccountSpec
  readonly hosts: Readonly<Record<string, string>>
  readonly signingSecret?: string
}

export function createSourceSide({ source }: Pick<Spec, 'source'>, env: Env): Side {
  return createSide('source', { ...source, account: source.workspace }, env)
}

export function createDestinationSide({ destination }: Pick<Spec, 'destination'>, env: Env): Side {
  const { host, ...rest } = destination
  return createSide('destination', { ...rest, hosts: { '': host } }, env)
}

function createSide(side: SideName, spec: SideOfSpec, env: Env): Side {
  const { name, label = capitalize(name), keyAuth, signingSecret, settings = {} } = spec
  const key = keyAuth === undefined ? '' : readSetting(spec, keyAuth.key, env)
  const baseUrl = env[baseUrlSetting(name)]
  const secrets = signingSecret === undefined ? [] : parseSecrets(readSetting(spec, signingSecret, env))
  const pasted = (setting: string | undefined, field: PasteField['name']): readonly PasteField[] => {
    const one = settings[setting ?? '']
    return one === undefined ? [] : [{ name: field, label: capitalize(one.description), instructions: one.howToGet }]
  }
  return {
    ...spec,
    side,
    label,
    hosts: fillHosts(spec, env),
    ...(key !== undefined && { configured: { kind: 'key', key } }),
    ...(baseUrl !== undefined && { baseUrl }),
    keyHeader: (one) => writeKey(one, spec, env).Authorization ?? `Bearer ${one}`,
    keyHeaders: (one) => writeKey(one, spec, env),
    pasteFields: [...pasted(keyAuth?.key, 'key'), ...(secrets.length > 0 ? [] : pasted(signingSecret, 'signing'))],
    signingSecrets: secrets,
    oauthInstructions: `Register an app at ${label}. Its client is a part of the connector's code.`,
  }
}

/** A host whose settings are missing or wrong stays as it is: `writeKey` names them before any request. */
function fillHosts(spec: SideOfSpec, env: Env): Readonly<Record<string, string>> {
  const fill = (host: string) => {
    try {
      return fillHost(host, spec, env)
    } catch {
      return host
    }
  }
  return Object.fromEntries(Object.entries(spec.hosts).map(([region, host]) => [region, fill(host)]))
}

/** The headers of a key. Throws a config `Fault` for settings without which no request can be sent. */
function writeKey(key: string, spec: SideOfSpec, env: Env): Readonly<Record<string, string>> {
  const { keyAuth, name, settings } = spec
  if (env[baseUrlSetting(name)] === undefined) for (const host of Object.values(spec.hosts)) fillHost(host, spec, env)
  if (keyAuth === undefined) return {}
  const setting = settings?.[keyAuth.key]
  const text = key.trim()
  const fault = (problem: string) => new Fault('config', `${name}/no-credentials`, `${setting?.env} ${problem}`)
  if (text === '') throw fault(`is not set: ${setting?.description}. ${setting?.howToGet}`)
  // Any other character in a header makes fetch throw an error that quotes the key.
  if (!/^[\x21-\x7e]+$/.test(text)) throw fault('contains invalid characters: copy it again')
  if (keyAuth.scheme === 'bearer') return { Authorization: `Bearer ${text}` }
  if (keyAuth.scheme === 'header') return { [keyAuth.header]: keyAuth.prefix + text }
  const user = fillText(keyAuth.user, spec, env)
  return { Authorization: `Basic ${Buffer.from(`${user}:${text}`).toString('base64')}` }
}
