/** Keeps of Klaviyo's error texts its own words and the spec's names: they may quote the request, or name another person. */
import { escapePattern } from '../../runtime/lib/text/escape-pattern.ts'

/** Characters. Klaviyo's texts are one or two sentences. */
const MAX_LENGTH = 300
/** Characters that are read of a text: it may be the whole request. */
const MAX_READ = 2_000
const MASK = '•••'

/** Those of its error texts and of its API's names, and the plain words between them. In lower case. */
const OWN_WORDS = new Set(
  `a accepted access account action add address addresses after again all allowed already an and another any api app
  are array as at attribute attributes authenticated authentication authorized available bad be because been before
  below between body boolean both bulk but by can cannot catalog character characters client code conflict contain
  contains content correct could country create created credentials currency data date datetime default detail did
  different disabled does duplicate e each either email empty enabled endpoint entity equal error errors event events
  exactly example exceeded exist exists expected expired external_id failed false field fields first for forbidden
  format found from future given greater had has have header headers id identifier identifiers if import in inactive
  include included incorrect input instead integer internal into invalid is it item items its job json key klaviyo
  larger least length less limit limits list long longer malformed many match maximum meta method metric metrics
  minimum missing more most must name named nested no not null number numbers object of on one only open or other out
  parameter parameters parse past payload per permission permissions phone phone_number please private profile profiles
  properties property provide provided public range rate read received relationship relationships request requests
  required requires resource resources resulted retry revision same schema scope scopes second seconds server service
  should size source specified status string subscribe subscribed support supported temporarily than that the their
  then there this throttled time timestamp title to token too true try type types unable unauthorized unavailable
  unexpected unique unique_id unknown unsupported update updated url use used valid value values version was were when
  while with within write written wrong year your`.split(/\s+/),
)

/** Words, addresses and numbers, with the marks that stand within them. */
const TOKEN = /[\p{L}\p{M}\p{N}_@.+:/\\-]*[\p{L}\p{M}\p{N}]/gu
const MARKS = /[^\p{L}\p{M}\p{N}_]+/u
const WORD = /\p{L}/u

/**
 * The text with every other word masked, and every number that may tell people apart. Empty if the text has no words.
 * `names`: of metrics and properties, which the spec defines.
 */
export function ownWords(detail: string, names: ReadonlySet<string> = new Set()): string {
  const parts = detail.slice(0, MAX_READ).split(nameExpression(names))
  // Every other part is a name.
  const text = parts
    .map((part, at) => (at % 2 === 1 ? part : part.replace(TOKEN, (token) => (isOwn(token) ? token : MASK))))
    .join('')
  if (!WORD.test(text)) return ''
  const short = text.replaceAll(/(?:•••[^\p{L}\p{N}•]*){2,}/gu, `${MASK} `).trim()
  return short.length <= MAX_LENGTH ? short : `${short.slice(0, MAX_LENGTH).trimEnd()}…`
}

/** The longest name first, and none as a part of a longer word, an address or a number. */
function nameExpression(names: ReadonlySet<string>): RegExp {
  const all = [...names].filter((name) => WORD.test(name)).sort((a, b) => b.length - a.length)
  const any = all.map(escapePattern).join('|')
  return new RegExp(`${BEFORE_NAME}(${any || NOTHING})${AFTER_NAME}`, 'u')
}

const BEFORE_NAME = String.raw`(?<![\p{L}\p{M}\p{N}_@+:\\-])`
const AFTER_NAME = String.raw`(?![\p{L}\p{M}\p{N}_@]|[@.+:\\-]+[\p{L}\p{M}\p{N}_@])`
const NOTHING = '(?!)'

/** Numbers of limits and of statuses have few digits. */
const isOwn = (token: string): boolean =>
  !token.includes('@') &&
  token
    .toLowerCase()
    .split(MARKS)
    .every((word) => word === '' || OWN_WORDS.has(word) || /^\d{1,3}$/.test(word))
