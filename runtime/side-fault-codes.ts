/** Fault codes of the credentials of the source and the destination, and of their answers. `<side>` stands for a vendor. */
import { type FaultCode, faultCodes } from './fault-reference.ts'

export const SIDE_FAULT_CODES: readonly FaultCode[] = [
  ...faultCodes('config', 'operator', [
    [
      '<side>/unauthorized',
      'The side answered 401: it rejected the credentials.',
      'Connect the side again in the console, or set new credentials and restart. Waiting records then resume.',
    ],
    [
      '<side>/forbidden',
      'The side answered 403: the credentials lack a permission.',
      'Grant the permission that the message names, or run `connector check`. Waiting records then resume.',
    ],
    [
      '<side>/redirected',
      'The side answered with a redirect, which is never followed: another host could answer in its place.',
      'Check the base URL of the side.',
    ],
    [
      '<side>/setting',
      'A setting in the host of the side has a form that could lead requests to another site. None was sent.',
      'Correct the setting that the message names, and restart.',
    ],
    [
      '<side>/no-credentials',
      'No credentials are configured for the side.',
      'Connect it in the console, or set its credentials in the environment.',
    ],
    [
      '<side>/credentials-rejected',
      'The side rejected the stored or configured credentials, and they cannot be refreshed.',
      'Connect the side again in the console, or change the environment and restart.',
    ],
    [
      '<side>/malformed-credentials',
      'A pasted credential is empty or holds characters that no credential has.',
      'Copy the whole value again.',
    ],
    [
      '<side>/no-oauth-client',
      'The OAuth client id and secret of the side are not set.',
      'Set both in the environment and restart.',
    ],
    ['<side>/oauth-only', 'The side accepts no pasted key.', 'Connect it by OAuth.'],
    [
      '<side>/access-denied',
      'The person at the consent page denied access.',
      'Connect again and allow access, or paste a key.',
    ],
    [
      '<side>/no-authorization-code',
      'The side returned from its consent page without an authorization code.',
      'Begin connecting again in the console.',
    ],
    [
      '<side>/invalid-grant',
      'The side rejected the authorization code or the refresh token: expired, revoked or used before.',
      'Connect the side again in the console.',
    ],
    ['<side>/invalid-client', 'The side rejected the OAuth client id or secret.', 'Check both settings and restart.'],
    [
      '<side>/oauth-error',
      'The token endpoint of the side refused the request for another reason, which the message names.',
      'Check the OAuth app at the side, then connect again.',
    ],
    [
      '<side>/unknown-account',
      'The side accepted the credentials but did not name the account they belong to.',
      'Check that the credentials may read the account, then connect again.',
    ],
    [
      '<side>/account-mismatch',
      'The credentials belong to another account than the one this store is pinned to.',
      'Use credentials of the pinned account, or start with another store.',
    ],
    [
      'source/unknown-account',
      'The source did not name the account of its credentials.',
      'Check the permissions of the credentials and `source.workspace` in the spec.',
    ],
    [
      'source/other-account',
      'The store holds records of another source account.',
      'Use the credentials of that account, or start with another store.',
    ],
  ]),
  ...faultCodes('data', 'operator', [
    [
      '<side>/invalid',
      'The side rejected the request of this record (a 4xx status).',
      'Read the reason in the message, change the mapping or the record at its source, then replay it.',
    ],
    [
      '<side>/not-found',
      'The side answered 404: the resource does not exist.',
      'Check that the resource still exists, then replay the record.',
    ],
    [
      '<side>/gone',
      'The side answered 410: the resource was deleted.',
      'Nothing, unless the resource was restored: then replay the record.',
    ],
  ]),
  ...faultCodes('transient', 'none', [
    ['<side>/rate-limited', 'The side answered 429.'],
    ['<side>/paused', 'The request was not sent, because the side had asked for a pause.'],
    ['<side>/unavailable', 'The side answered with a 5xx status.'],
    ['<side>/timeout', 'The side did not answer in time.'],
    ['<side>/network', 'The side could not be reached, or the connection broke.'],
    ['<side>/not-json', 'An answer was not in the form of the API: most likely from a proxy in between.'],
    [
      '<side>/too-large',
      'An answer was larger than 64 MiB unpacked, or an error than 4 MiB, and was not read to its end.',
    ],
    ['<side>/unexpected-response', 'A success answer did not hold the requested resource.'],
    ['<side>/stopped', 'The process stopped during the request.'],
    ['<side>/no-access-token', 'The token endpoint answered without an access token.'],
    ['rate-limit/stopped', 'The process stopped while the request waited for the rate limit.'],
  ]),
  ...faultCodes('data', 'mapping author', [
    [
      '<side>/no-identifier',
      'The person of the event has none of the identifiers that the profile names.',
      'Add one to the contact in the source, or an identifier to the profile, then replay the record.',
    ],
    [
      '<side>/no-body',
      'The expression of a body in `destination.http` gives no object and no list.',
      'Correct the expression in connector.yaml, then replay the record.',
    ],
    [
      '<side>/header',
      'A header of `destination.http` has a value with characters that a header cannot hold.',
      'Use a value without them, such as the key, then replay the record.',
    ],
  ]),
]
