/** Reads where alerts go: the environment, and what was entered in the console and is kept sealed. */
import { ALERT_SETTINGS_CHECKPOINT } from '../lib/checkpoint-names.ts'
import type { Clock, Fetch } from '../ports/effects.ts'
import { Fault } from '../ports/fault.ts'
import type { Json } from '../ports/types.ts'
import { createEmailChannel } from './email-channel.ts'
import type { AlertChannel, AlertSettings } from './types.ts'
import { createWebhookChannel } from './webhook-channel.ts'

/** Keeps the settings encrypted: `Vault` of a connector's connections. */
export interface SealedSettings {
  read(name: string): Promise<{ readonly value: Json } | undefined>
  put(name: string, value: Json): Promise<void>
}

type Env = Readonly<Record<string, string | undefined>>

export const DEFAULT_FAILED_RECORDS = 1

/** Addresses with commas between them. */
export const parseAddresses = (text: string | null | undefined): readonly string[] =>
  (text ?? '').split(',').flatMap((part) => (part.trim() === '' ? [] : [part.trim()]))

/** Throws a config `Fault` for a threshold that is no number. */
export function alertSettingsFromEnv(env: Env): AlertSettings {
  const [urls, emails] = [parseAddresses(env.CONNECTOR_ALERT_URL), parseAddresses(env.CONNECTOR_ALERT_EMAIL)]
  const failed = env.CONNECTOR_ALERT_FAILED_RECORDS
  if (failed !== undefined && !/^[1-9]\d{0,8}$/.test(failed))
    throw new Fault('config', 'alerts/invalid-threshold', 'CONNECTOR_ALERT_FAILED_RECORDS must be a number from 1 on')
  return {
    ...(urls.length > 0 && { urls }),
    ...(emails.length > 0 && { emails }),
    ...(env.CONNECTOR_ALERT_SECRET && { secret: env.CONNECTOR_ALERT_SECRET }),
    ...(env.CONNECTOR_ALERT_FROM && { from: env.CONNECTOR_ALERT_FROM }),
    ...(env.CONNECTOR_SMTP_URL && { smtpUrl: env.CONNECTOR_SMTP_URL }),
    ...(failed !== undefined && { failedRecords: Number(failed) }),
  }
}

export async function readSealedSettings(sealed: SealedSettings | undefined): Promise<AlertSettings> {
  return ((await sealed?.read(ALERT_SETTINGS_CHECKPOINT))?.value ?? {}) as AlertSettings
}

export async function saveSettings(sealed: SealedSettings, settings: AlertSettings): Promise<void> {
  await sealed.put(ALERT_SETTINGS_CHECKPOINT, JSON.parse(JSON.stringify(settings)) as Json)
}

/** Throws a config `Fault` for an address that cannot work. */
export function createChannels(
  { urls = [], secret, emails = [], smtpUrl, from }: AlertSettings,
  effects: { readonly fetch: Fetch; readonly clock: Clock },
): readonly AlertChannel[] {
  const webhooks = urls.map((url) => createWebhookChannel({ url, secret, ...effects }))
  if (emails.length === 0) return webhooks
  if (smtpUrl === undefined)
    throw new Fault('config', 'alerts/no-smtp', 'alerts by e-mail need a mail server: CONNECTOR_SMTP_URL, or enter one')
  return [...webhooks, createEmailChannel({ smtpUrl, to: emails, from: from ?? emails[0] ?? '' })]
}
