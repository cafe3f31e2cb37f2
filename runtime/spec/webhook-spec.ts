/** The compiled `webhook` section: address, signature, handshakes and envelope. Durations are milliseconds, sizes bytes. */
import type { Expression } from '../expression/expression.ts'

export interface WebhookSpec {
  readonly path: string
  readonly maxBodySize: number
  /** Absent: the source sends no webhooks, and none is accepted. */
  readonly signature?: SignatureSpec
  /** Requests by which the source tests the address, in the order in which they are tried. */
  readonly handshakes: readonly HandshakeSpec[]
  /** Header names by the names that the envelope has them under. Absent: the envelope is the body. */
  readonly headers?: Readonly<Record<string, string>>
  /** The notifications in a body. Absent: the body is one. */
  readonly each?: Expression
  readonly envelope: EnvelopeSpec
  /** Topics answered 200 and not stored. */
  readonly ignoredTopics: ReadonlySet<string>
  /** The source's notification that the app was uninstalled. */
  readonly uninstall?: { readonly path: string; readonly workspace: Expression }
}

export interface EnvelopeSpec {
  readonly topic: Expression
  readonly item: Expression
  /** Absent: the notification has none, and its content identifies it. */
  readonly id?: Expression
  /** Absent: it names no account, and belongs to the one whose secret signed it. */
  readonly workspace?: Expression
  /** Creation time of the notification, bound as `$notification.created_at`. */
  readonly time?: Expression
}

/** An HMAC over parts of the request. */
export interface SignatureSpec {
  readonly header: string
  readonly algorithm: 'sha1' | 'sha256' | 'sha512'
  readonly encoding: 'hex' | 'base64'
  /** Text before the digits. */
  readonly prefix: string
  /** Separates the items of the header. Each with the prefix is a signature; one has to match. Absent: the header is one. */
  readonly separator?: string
  /** What is signed: texts, and parts of the request. */
  readonly content: readonly SignedPart[]
  readonly timestamp?: HeaderItem
  readonly id?: HeaderItem
  /** Largest distance of the timestamp from our clock, either way. Absent: any. */
  readonly maxAge?: number
  readonly secret: SecretForm
}

export type SignedPart = { readonly text: string } | 'timestamp' | 'id' | 'body'

/** A header, or of one with several items that with the prefix. */
export interface HeaderItem {
  readonly header: string
  readonly prefix: string
}

/** How the source writes the key of the HMAC. */
export interface SecretForm {
  readonly prefix: string
  readonly encoding: 'text' | 'base64' | 'hex'
}

/** A request that is answered at once and never stored. */
export interface HandshakeSpec {
  readonly method: 'GET' | 'POST'
  /** Whether it must carry a valid signature. One of method GET never does. */
  readonly isSigned: boolean
  /** The answer: text as plain text, anything else as JSON. A request for which it has no value is no handshake. */
  readonly answer: Expression
  /** Has to be equal to one of the secrets. Absent: nothing has to. */
  readonly token?: Expression
}
