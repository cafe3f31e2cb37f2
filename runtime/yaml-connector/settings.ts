/** Settings of a side from the environment, and the hosts and keys that name them. Messages name settings, never values. */
import { Fault } from '../ports/fault.ts'
import type { AuthSpec } from '../spec/auth-spec.ts'

export type Env = Readonly<Record<string, string | undefined>>

/** One side of a spec, as far as its settings go. */
export interface SettingsSide extends Pick<AuthSpec, 'settings'> {
  readonly name: string
}

/** Letters, digits and hyphens: a value with anything else could end the host before the domain of the API. */
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i
/** As `hosts` of connector.yaml. */
const ADDRESS = /^(?:https:\/\/[^/\s@?#]+|http:\/\/(?:localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?)$/

/** The value of a setting, or its default. */
export const readSetting = ({ settings = {} }: SettingsSide, name: string, env: Env): string | undefined =>
  env[settings[name]?.env ?? ''] || settings[name]?.default

/** Throws a config `Fault` for a setting without a value. */
export function requireSetting(side: SettingsSide, name: string, env: Env): string {
  const value = readSetting(side, name, env)
  if (value !== undefined) return value
  const setting = side.settings?.[name]
  const message = `${setting?.env ?? name} is not set: ${setting?.description ?? ''}. ${setting?.howToGet ?? ''}`
  throw new Fault('config', `${side.name}/no-credentials`, message.trim())
}

/** The host with the values of its settings. Throws a config `Fault` for a missing one, or one that could lead elsewhere. */
export function fillHost(host: string, side: SettingsSide, env: Env): string {
  const [, whole] = /^\{(\w+)\}$/.exec(host) ?? []
  if (whole !== undefined) {
    const address = requireSetting(side, whole, env).replace(/\/+$/, '')
    if (ADDRESS.test(address)) return address
    throw invalid(side, whole, 'an address that begins with https:// and has no path')
  }
  return host.replace(/\{(\w+)\}/g, (_, name: string) => {
    const label = requireSetting(side, name, env)
    if (LABEL.test(label)) return label
    throw invalid(side, name, `the part of the host in place of {${name}} in ${host}: letters, digits and hyphens`)
  })
}

/** A text such as the user of basic authentication. */
export const fillText = (text: string, side: SettingsSide, env: Env): string =>
  text.replace(/\{(\w+)\}/g, (_, name: string) => requireSetting(side, name, env))

/** The name by which the environment overrides the address of a side, for tests. */
export const baseUrlSetting = (name: string): string => `${name.toUpperCase().replace(/[^A-Z0-9]+/g, '_')}_BASE_URL`

function invalid({ name, settings }: SettingsSide, setting: string, form: string): Fault {
  const message = `${settings?.[setting]?.env ?? setting} has to be ${form}. No request was sent`
  return new Fault('config', `${name}/setting`, message)
}
