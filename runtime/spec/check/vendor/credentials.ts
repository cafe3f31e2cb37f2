/** Checks what requests carry: the headers of both sides, and that no file holds a credential. */
import type { CompileContext } from '../../compile/context.ts'
import type { SpecNode } from '../../compile/spec-node.ts'
import type { Diagnostic } from '../../diagnostic.ts'
import type { SpecDocument } from '../../read.ts'
import { SourceFile } from '../../source-file.ts'
import type { HeaderProblem, HeaderRule, SecretRule, VendorRules } from './vendor-rules.ts'

type Headers = Readonly<Record<string, string>>

export function checkCredentials({ document, node }: SpecDocument<'connector'>, rules?: VendorRules): void {
  const { source, destination } = document
  checkHeaders(source.headers, node.at('source'), rules?.source?.headers)
  checkHeaders(destination.headers, node.at('destination'), rules?.destination.headers)
}

/** The connector sends these itself. A second one in another case would be joined to it. */
const OWN_HEADERS = /^(proxy-)?(authorization|cookie)$/i
const CREDENTIAL_HEADER = /(api|access|auth|secret)[-_]?(key|token)|secret|password/i

function checkHeaders(headers: Headers = {}, side: SpecNode, rules: readonly HeaderRule[] = []): void {
  const node = side.at('headers')
  for (const [name, value] of Object.entries(headers)) {
    const header = node.at(name)
    const rule = rules.find((each) => isSameName(each.name, name))
    const problem = rule?.check(value)
    if (OWN_HEADERS.test(name)) {
      const message = `the header "${name}" would replace or join the connector's own`
      header.error({ code: 'spec/credential', message, help: `remove it: ${ENVIRONMENT}` }, header.keySpan)
    } else if (problem !== undefined) reportHeader(problem, header)
    else if (CREDENTIAL_HEADER.test(name) || isRandom(value)) {
      const message = `the header "${name}" looks like a credential, and a file is copied and committed`
      header.warn({ code: 'spec/credential', message, help: 'remove it, unless it is public' }, header.keySpan)
    }
  }
  for (const { name, required } of rules) {
    if (required === undefined || Object.keys(headers).some((each) => isSameName(each, name))) continue
    const place = Object.keys(headers).length > 0 ? node : side
    const message = `the header "${name}" is missing, and every request would be refused`
    place.error({ code: 'spec/header', message, help: `add to the headers: ${name}: "${required}"` }, place.keySpan)
  }
}

function reportHeader({ severity, ...text }: HeaderProblem, node: SpecNode): void {
  if (severity === 'error') node.error({ code: 'spec/header', ...text })
  else node.warn({ code: 'spec/header', ...text })
}

const isSameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase()

/** A long text of letters and digits without words: a key, a hash, base64. */
const isRandom = (value: string): boolean =>
  /^[\w+=-]{24,}$/.test(value) && /[A-Za-z]/.test(value) && (value.match(/\d/g)?.length ?? 0) >= 4

const ENVIRONMENT = 'credentials come from the environment, or from the connection made in the console'

/** Of any vendor. */
const SECRETS: readonly SecretRule[] = [
  { pattern: /\b(?:Bearer|Basic) [\w.~+/-]{20,}=*/g, noun: 'a token', help: `remove it: ${ENVIRONMENT}` },
  { pattern: /(?<=https?:\/\/)[^/\s@]+@/g, noun: 'a name or a password', help: `remove it: ${ENVIRONMENT}` },
]

/** Reports credentials anywhere in the files, comments included. Then no diagnostic shows one, with the line it is in. */
export function checkSecrets(
  files: readonly SourceFile[],
  { diagnostics }: CompileContext,
  rules: VendorRules | undefined,
): void {
  const secrets = [...SECRETS, ...(rules?.source?.secrets ?? []), ...(rules?.destination.secrets ?? [])]
  const found = files.flatMap((file) => secrets.flatMap((secret) => findSecrets(file, secret)))
  if (found.length === 0) return
  const hide = (text: string): string =>
    secrets.reduce((before, { pattern }) => before.replace(pattern, (secret) => '*'.repeat(secret.length)), text)
  const hidden = new Map(files.map((file) => [file, new SourceFile(file.path, hide(file.text), file.base)]))
  for (const { message, file, ...rest } of diagnostics.splice(0).concat(found))
    diagnostics.push({ ...rest, message: hide(message), file: hidden.get(file) ?? file })
}

function findSecrets(file: SourceFile, { pattern, noun, help }: SecretRule): readonly Diagnostic[] {
  return [...file.text.matchAll(pattern)].map(({ 0: secret, index }) => ({
    code: 'spec/secret',
    severity: 'error',
    message: `this looks like ${noun}`,
    help,
    file,
    span: [index, index + secret.length],
  }))
}
