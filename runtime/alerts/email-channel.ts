/** Sends alerts by e-mail over SMTP, with nodemailer, which is loaded when the first one is sent. */
import { Fault } from '../ports/fault.ts'
import { alertSubject, alertText } from './alert-text.ts'
import type { AlertChannel } from './types.ts'

export interface EmailChannelOptions {
  /** `smtp://user:password@host:587` or `smtps://`. */
  readonly smtpUrl: string
  readonly to: readonly string[]
  readonly from: string
}

/** Milliseconds for each step: connecting, greeting, an answer. */
const TIMEOUT = 10_000

/** Throws a config `Fault` for an SMTP URL that is none. */
export function createEmailChannel({ smtpUrl, to, from }: EmailChannelOptions): AlertChannel {
  if (!/^smtps?:/.test(smtpUrl) || !URL.canParse(smtpUrl))
    throw new Fault(
      'config',
      'alerts/invalid-smtp',
      'the mail server must be a URL such as smtp://user:password@host:587',
    )
  const { hostname } = new URL(smtpUrl)
  return {
    name: `e-mail to ${to.length} ${to.length === 1 ? 'address' : 'addresses'} by ${hostname}`,
    async send(alert) {
      const { createTransport } = await loadMailer()
      const timeouts = { connectionTimeout: TIMEOUT, greetingTimeout: TIMEOUT, socketTimeout: TIMEOUT }
      const transport = createTransport({ url: smtpUrl, ...timeouts })
      try {
        // The same id for all tries, so that a mailbox can drop repeats.
        const messageId = `<${alert.id}@${hostname}>`
        await transport.sendMail({ from, to: [...to], subject: alertSubject(alert), text: alertText(alert), messageId })
      } catch (cause) {
        throw smtpFault(cause, hostname)
      } finally {
        transport.close()
      }
    },
  }
}

async function loadMailer() {
  try {
    return await import('nodemailer')
  } catch (cause) {
    const message = 'alerts by e-mail need the package nodemailer: npm install nodemailer@10'
    throw new Fault('config', 'alerts/no-mailer', message, { cause })
  }
}

/** The server's own text may quote an address, so only its code is shown. */
function smtpFault(cause: unknown, host: string): Fault {
  const { code, responseCode } = (cause ?? {}) as { code?: unknown; responseCode?: unknown }
  const answer = [code, responseCode].filter((it) => typeof it === 'string' || typeof it === 'number').join(' ')
  // 5yz is permanent (RFC 5321, 4.2.1); EAUTH is a refused password.
  const isPermanent = code === 'EAUTH' || (typeof responseCode === 'number' && responseCode >= 500)
  const message = `the mail server ${host} did not take the alert${answer === '' ? '' : ` (${answer})`}`
  return isPermanent
    ? new Fault('config', 'alerts/smtp-refused', message, { cause })
    : new Fault('transient', 'alerts/smtp-unavailable', message, { cause })
}
