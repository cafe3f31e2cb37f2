/**
 * Replaces the persons of recorded exchanges and notifications.
 *
 * Two passes: `learn` everything first, then `redact` each, so that a name in the first record is replaced in a text of the
 * last one, and no substitute is a value that a person has.
 *
 * ```ts
 * const redactor = createRedactor({ key: randomBytes(32), rules, keep: ['Order number'] })
 * for (const exchange of exchanges) redactor.learnExchange(exchange)
 * for (const webhook of webhooks) redactor.learnWebhook(webhook)
 * const redacted = exchanges.map((exchange) => redactor.redactExchange(exchange))
 * const findings = redactor.detect(JSON.stringify(redacted, undefined, 2)) // nothing may be written unless it is empty
 * const manifest = redactor.manifest()
 * ```
 */
import type { Json } from '../../ports/types.ts'
import type { Exchange, RecordedWebhook } from '../recording/recording.ts'
import { Changes } from './changes.ts'
import { detectPersonalData } from './detect/detect-personal-data.ts'
import { ROOT } from './rewrite/fields.ts'
import { rewriteHeaders } from './rewrite/rewrite-headers.ts'
import { isEncodedText } from './rewrite/rewrite-value.ts'
import { Learner, Replacer, type ValueActions } from './rewrite/value-actions.ts'
import { JsonWalker } from './rewrite/walk-json.ts'
import { SeenValues } from './seen-values.ts'
import { Substitutes } from './substitutes/substitutes.ts'
import type { Finding, RedactionManifest, RedactionOptions } from './types.ts'
import { Vocabulary } from './vocabulary.ts'

const KEY_BYTES = 32

export function createRedactor(options: RedactionOptions): Redactor {
  if (options.key.length !== KEY_BYTES) throw new RangeError(`the key of a redaction has ${KEY_BYTES} bytes`)
  return new Redactor(options)
}

export class Redactor {
  readonly #options: RedactionOptions
  readonly #seen: SeenValues
  readonly #vocabulary: Vocabulary
  readonly #learner: JsonWalker
  readonly #replacer: JsonWalker
  readonly #changes = new Changes()

  constructor(options: RedactionOptions) {
    this.#options = options
    this.#vocabulary = new Vocabulary(options.rules)
    this.#seen = new SeenValues(this.#vocabulary)
    for (const host of options.rules.hosts ?? []) this.#seen.hosts.add(host)
    const substitutes = new Substitutes(options.key, this.#seen, this.#vocabulary)
    this.#learner = this.#createWalker(new Learner(this.#seen), new Changes())
    this.#replacer = this.#createWalker(new Replacer(this.#seen, substitutes), this.#changes)
  }

  learnExchange(exchange: Exchange): void {
    const host = /^[a-z]+:\/\/([^/:?#]+)/i.exec(exchange.request.url)?.[1]
    if (host !== undefined) this.#seen.hosts.add(host)
    rewriteExchange(exchange, this.#learner, (headers) => headers)
  }

  learnWebhook({ body }: Pick<RecordedWebhook, 'body'>): void {
    this.#learner.rewrite(body, '')
  }

  /** Call it when all is learned. */
  redactExchange(exchange: Exchange): Exchange {
    return rewriteExchange(exchange, this.#replacer, (headers) => this.#rewriteHeaders(headers))
  }

  redactWebhook({ at, body, headers }: RecordedWebhook): RecordedWebhook {
    return {
      at,
      body: this.#replacer.rewrite(body, 'webhook'),
      ...(headers !== undefined && { headers: this.#rewriteHeaders(headers) }),
    }
  }

  /** Finds what still holds a person's data in the text of a file. */
  detect(text: string): readonly Finding[] {
    return detectPersonalData(text, { seen: this.#seen, tokens: this.#options.rules.tokens ?? [] })
  }

  manifest(): RedactionManifest {
    return this.#changes.manifest()
  }

  #rewriteHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
    return rewriteHeaders(headers, {
      kept: this.#options.rules.headers ?? [],
      rewriteUrl: (url) => this.#replacer.values.rewriteUrl(url, ROOT),
      dropped: (name) => this.#changes.dropped(name),
      replaced: (name) => this.#changes.placeOf('headers').at(name).count('url'),
    })
  }

  #createWalker(actions: ValueActions, changes: Changes): JsonWalker {
    const { rules, keep = [] } = this.#options
    return new JsonWalker({
      actions,
      vocabulary: this.#vocabulary,
      rules,
      isApiHost: (host) => this.#seen.hosts.has(host),
      keep,
      changes,
    })
  }
}

function rewriteExchange(
  { side, synthetic, request, response }: Exchange,
  walker: JsonWalker,
  rewriteHeaders: (headers: Readonly<Record<string, string>>) => Record<string, string>,
): Exchange {
  const { method, url, headers, body } = request
  return {
    side,
    ...(synthetic && { synthetic }),
    request: {
      method,
      url: walker.rewriteText(url, `${side} url`, (text) => walker.values.rewriteUrl(text, ROOT)),
      ...(headers !== undefined && { headers: rewriteHeaders(headers) }),
      ...(body !== undefined && { body: rewriteBody(body, walker, `${side} request`) }),
    },
    response: {
      status: response.status,
      headers: rewriteHeaders(response.headers),
      body: rewriteBody(response.body, walker, `${side} response`),
    },
  }
}

/** A form is a query. Nothing reads other texts, such as pages of errors. */
function rewriteBody(body: Json, walker: JsonWalker, place: string): Json {
  if (typeof body !== 'string') return walker.rewrite(body, place)
  const isForm = !isEncodedText(body) && /^[\w%[\]-]+=[^\s&]*(?:&[\w%[\]-]+=[^\s&]*)*$/.test(body)
  const rewrite = (text: string) => {
    if (!isForm) return walker.values.rewrite(text, 'text', ROOT).value
    return walker.values.rewriteUrl(`?${text}`, ROOT).slice(1)
  }
  return walker.rewriteText(body, place, rewrite)
}
