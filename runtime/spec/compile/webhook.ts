/** Compiles the `webhook` section of connector.yaml. */
import { suggest } from '../../expression/did-you-mean.ts'
import type { Connector } from '../generated/documents.ts'
import type {
  EnvelopeSpec,
  HandshakeSpec,
  HeaderItem,
  SignatureSpec,
  SignedPart,
  WebhookSpec,
} from '../webhook-spec.ts'
import { parseDuration, parseSize } from './durations-and-sizes.ts'
import { nothingAt } from './nothing.ts'
import type { SpecNode } from './spec-node.ts'

type WebhookDocument = NonNullable<Connector['webhook']>
type SignatureDocument = WebhookDocument['signature']

/** Sources sign within seconds of sending. A request that is older may be a recorded one. */
const DEFAULT_MAX_AGE = '5m'
const DEFAULT_MAX_BODY = '1MiB'

/** Variables of a handshake: the parameters of the address, and headers by their names in lower case. */
const HANDSHAKE_VARIABLES = ['query', 'headers'] as const

export function compileWebhook(webhook: Connector['webhook'], source: string, node: SpecNode): WebhookSpec {
  if (webhook === undefined) return withoutWebhooks(source, node)
  const {
    path,
    maxBodySize = DEFAULT_MAX_BODY,
    signature,
    ignoredTopics = [],
    handshakes = [],
    headers,
    each,
    uninstall,
  } = webhook
  return {
    path,
    maxBodySize: parseSize(maxBodySize),
    signature: compileSignature(signature, node.at('signature')),
    handshakes: handshakes.map((handshake, index) => compileHandshake(handshake, node.at('handshakes', index))),
    ...(headers && { headers }),
    ...(each !== undefined && { each: node.at('each').expression() }),
    envelope: compileEnvelope(webhook.envelope, node.at('envelope')),
    ignoredTopics: new Set(ignoredTopics),
    ...(uninstall && {
      uninstall: { path: uninstall.path, workspace: node.at('uninstall', 'workspace').expression() },
    }),
  }
}

/** Of a source that is only polled. Nothing is accepted at the path. */
function withoutWebhooks(source: string, node: SpecNode): WebhookSpec {
  const nothing = nothingAt(node)
  return {
    path: `/webhooks/${source}`,
    maxBodySize: parseSize(DEFAULT_MAX_BODY),
    handshakes: [],
    envelope: { topic: nothing, item: nothing },
    ignoredTopics: new Set(),
  }
}

function compileEnvelope(envelope: WebhookDocument['envelope'], node: SpecNode): EnvelopeSpec {
  const optional = (['id', 'workspace', 'time'] as const).filter((name) => envelope[name] !== undefined)
  return {
    topic: node.at('topic').expression(),
    item: node.at('item').expression(),
    ...Object.fromEntries(optional.map((name) => [name, node.at(name).expression()])),
  }
}

function compileHandshake(
  { method = 'POST', signed = true, token }: NonNullable<WebhookDocument['handshakes']>[number],
  node: SpecNode,
): HandshakeSpec {
  const scope = { variables: HANDSHAKE_VARIABLES }
  return {
    method,
    isSigned: method === 'POST' && signed,
    answer: node.at('answer').expression(scope),
    ...(token !== undefined && { token: node.at('token').expression(scope) }),
  }
}

function compileSignature(signature: SignatureDocument, node: SpecNode): SignatureSpec {
  const { header, algorithm, encoding = 'hex', prefix = '', separator, content = '{body}', secret = {} } = signature
  const itemOf = ({ header: own = header, prefix = '' }: NonNullable<SignatureDocument['timestamp']>): HeaderItem => ({
    header: own,
    prefix,
  })
  const parts = compileContent(content, node.at('content'))
  const { timestamp, id, maxAge = timestamp && DEFAULT_MAX_AGE } = signature
  checkSignedItems(signature, parts, node)
  return {
    header,
    algorithm,
    encoding,
    prefix,
    ...(separator !== undefined && { separator }),
    content: parts,
    ...(timestamp && { timestamp: itemOf(timestamp) }),
    ...(id && { id: itemOf(id) }),
    ...(maxAge !== undefined && { maxAge: parseDuration(maxAge) }),
    secret: { prefix: secret.prefix ?? '', encoding: secret.encoding ?? 'text' },
  }
}

const PARTS = ['timestamp', 'id', 'body'] as const
type PartName = (typeof PARTS)[number]

function compileContent(content: string, node: SpecNode): readonly SignedPart[] {
  const parts: SignedPart[] = []
  let end = 0
  for (const { 0: whole, 1: name = '', index } of content.matchAll(/\{(\w*)\}/g)) {
    if (index > end) parts.push({ text: content.slice(end, index) })
    end = index + whole.length
    const part = PARTS.find((each) => each === name)
    if (part !== undefined) parts.push(part)
    else {
      const message = `unknown placeholder ${whole}`
      const help = suggest(name, PARTS, (each) => `{${each}}`)
      node.errorWithin({ code: 'spec/unknown-placeholder', message, help }, [index, end])
    }
  }
  return end < content.length ? [...parts, { text: content.slice(end) }] : parts
}

/** A signature protects only what it covers, so a timestamp beside it that anyone may change limits no age. */
function checkSignedItems(signature: SignatureDocument, parts: readonly SignedPart[], node: SpecNode): void {
  const covers = (name: PartName) => parts.includes(name)
  const report = (at: SpecNode, message: string, help: string) => at.error({ code: 'spec/unsigned', message, help })
  if (!covers('body'))
    report(node.at('content'), 'the signature does not cover the body, which anyone could replace', 'add {body}')
  for (const name of ['timestamp', 'id'] as const) {
    const isNamed = signature[name] !== undefined
    if (covers(name) && !isNamed)
      report(node.at('content'), `{${name}} is signed, but no header is named for it`, `add ${name}: { header: … }`)
    if (!covers(name) && isNamed)
      report(node.at(name), `the signature does not cover the ${name}`, `add {${name}} to content, or remove ${name}`)
    if (isNamed && signature[name]?.header === undefined && signature.separator === undefined)
      report(node.at(name), `the ${name} has no header of its own`, 'add header, or the separator of the items')
  }
  if (signature.maxAge !== undefined && signature.timestamp === undefined)
    report(node.at('maxAge'), 'there is no timestamp that maxAge could limit', 'add timestamp, or remove maxAge')
}
