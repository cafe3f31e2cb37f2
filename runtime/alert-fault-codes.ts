/** Fault codes of alerts: addresses and mail servers that do not take them. */
import { type FaultCode, faultCodes } from './fault-reference.ts'

export const ALERT_FAULT_CODES: readonly FaultCode[] = [
  ...faultCodes('config', 'operator', [
    [
      'alerts/invalid-url',
      'An address of alerts is no HTTP URL.',
      'Correct CONNECTOR_ALERT_URL, or the address in the console.',
    ],
    ['alerts/invalid-smtp', 'The mail server of alerts is no SMTP URL.', 'Write `smtp://user:password@host:587`.'],
    ['alerts/no-smtp', 'Alerts go to e-mail addresses, and there is no mail server.', 'Set CONNECTOR_SMTP_URL.'],
    ['alerts/no-mailer', 'The package that sends e-mail is missing.', '`npm install nodemailer@10`'],
    ['alerts/invalid-threshold', 'CONNECTOR_ALERT_FAILED_RECORDS is no number from 1 on.', 'Write a number.'],
    [
      'alerts/refused',
      'The address of an alert answered with an error. It is tried again for some hours.',
      'Check the address; Slack answers 404 once its webhook was removed.',
    ],
    [
      'alerts/smtp-refused',
      'The mail server refused an alert. It is tried again for some hours.',
      'Check its user, password and sender.',
    ],
  ]),
  ...faultCodes('transient', 'operator', [
    [
      'alerts/unreachable',
      'The address of an alert does not answer. It is tried again.',
      'Check the address and the network.',
    ],
    [
      'alerts/unavailable',
      'The address of an alert answered 429 or 5xx. It is tried again.',
      'Nothing, unless it lasts.',
    ],
    [
      'alerts/smtp-unavailable',
      'The mail server cannot be reached, or takes no mail now. An alert is tried again.',
      'Check its address and the network.',
    ],
  ]),
]
