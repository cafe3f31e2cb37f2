/** Odd places in which an exchange may hold a person's data. */
import { createHash } from 'node:crypto'
import type { Json } from '../../../../runtime/ports/types.ts'

export interface Person {
  readonly first: string
  readonly last: string
  readonly email: string
  /** E.164. */
  readonly phone: string
  readonly company: string
  readonly city: string
  readonly externalId: string
  readonly id: string
  readonly ip: string
}

export interface PlantedExchange {
  /** Path and query of the request. Default: `/things`. */
  readonly url?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly request?: Json
  readonly responseHeaders?: Readonly<Record<string, string>>
  readonly response?: Json
}

export type Plant = (person: Person) => PlantedExchange

const hash = (algorithm: string, text: string) => createHash(algorithm).update(text).digest('hex')
const base64 = (text: string) => Buffer.from(text).toString('base64')
const base64url = (text: string) => Buffer.from(text).toString('base64url')
const name = ({ first, last }: Person) => `${first} ${last}`
const plain = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '')
const slug = (person: Person) => plain(name(person)).toLowerCase().replace(/\W+/g, '-')
const entities = (text: string) => text.replace(/[^\0-\x7f']|'/gu, (char) => `&#${char.codePointAt(0)};`)
const everyEntity = (text: string) => Array.from(text, (char) => `&#${char.codePointAt(0)};`).join('')
const quotedPrintable = (text: string) =>
  Array.from(Buffer.from(text), (byte) => (/[A-Za-z0-9 ]/.test(String.fromCharCode(byte)) ? String.fromCharCode(byte) : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`)).join('') // biome-ignore format: one chain
const escapeJson = (text: string) =>
  text.replace(/[^a-z]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
const wide = (text: string) => text.replace(/[!-~]/g, (char) => String.fromCharCode(char.charCodeAt(0) + 0xfee0))
const national = ({ phone }: Person) => phone.replace(/^\+353/, '0')
const attributes = (custom_attributes: Json): PlantedExchange => ({ response: { type: 'contact', custom_attributes } })
const body = (text: string): PlantedExchange => ({ response: { type: 'conversation', source: { body: text } } })
const title = (text: string): PlantedExchange => ({ response: { type: 'conversation', title: text } })

/** Each name says what stands where. */
export const ODD_PLACES: Readonly<Record<string, Plant>> = {
  // Attributes of an account's own.
  'name in a nested attribute': (p) => attributes({ shipping: { contact: { label: name(p) } } }),
  'addresses in a list of an attribute': (p) => attributes({ watchers: [p.email, p.email.toUpperCase()] }),
  'address as the name of an attribute': (p) => attributes({ [p.email]: true }),
  'name within the name of an attribute': (p) => attributes({ [`Phone of ${name(p)}`]: 1 }),
  'percent-encoded address as a name': (p) => attributes({ [encodeURIComponent(p.email)]: 1 }),
  'phone as a number': (p) => attributes({ line: Number(p.phone.slice(1)) }),
  'national phone as text': (p) => attributes({ line: national(p) }),
  'map by the id of the person': (p) => attributes({ scores: { [p.id]: 5 } }),
  'JSON in a text': (p) => attributes({ raw: JSON.stringify({ email: p.email, name: name(p) }) }),
  'JSON in JSON in a text': (p) =>
    attributes({ raw: JSON.stringify({ raw: JSON.stringify({ who: name(p), email: p.email }) }) }),
  'escaped JSON in a text': (p) => attributes({ raw: `{"who":"${escapeJson(p.email)}"}` }),
  'broken JSON in a text': (p) => attributes({ raw: `{"who":"${p.email}","name":"${name(p)}` }),
  'base64 of a name': (p) => attributes({ blob: base64(`user ${name(p)}`) }),
  'base64url of JSON': (p) => attributes({ blob: base64url(JSON.stringify({ email: p.email })) }),
  'hexadecimal of an address': (p) => attributes({ blob: Buffer.from(p.email).toString('hex') }),
  'comma-separated values': (p) => attributes({ export: `id,name,email\n1,${name(p)},${p.email}\n` }),
  XML: (p) => attributes({ export: `<user email="${p.email}"><name>${entities(name(p))}</name></user>` }),
  'IP address': (p) => attributes({ last_ip: p.ip }),
  'IPv6 address': () => attributes({ last_ip: '2a02:8084:20c1:7f80:a4d2:91ff:fe3c:77b1' }),
  'bank account': () => attributes({ account: 'DE89 3704 0044 0532 0130 00' }),
  'credential with three parts': () => attributes({ session: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl' }),
  birthday: () => attributes({ birthday: '1987-03-14' }),
  'path of a site': (p) => attributes({ page: `/account/${slug(p)}?ref=${p.externalId}` }),
  coordinates: () => attributes({ latitude: 53.349805, longitude: -6.26031 }),
  'hash of a user': (p) => attributes({ user_hash: hash('sha256', p.externalId) }),
  'user name made of the name': (p) => attributes({ login: plain(p.first + p.last).toLowerCase() }),
  // Bodies.
  'link of mailto': (p) => body(`<p><a href="mailto:${p.email}?subject=Hi%20${p.first}">write</a></p>`),
  'attribute of a tag': (p) => body(`<img alt="${name(p)}" src="https://shop.test/x.png" title='${plain(p.last)}'>`),
  'data of a tag': (p) => body(`<div data-email="${p.email}" data-who=${p.first}>x</div>`),
  comment: (p) => body(`<!-- ${name(p)} ${p.email} --><p>x</p>`),
  'name in entities': (p) => body(`<p>Dear ${entities(name(p))}</p>`),
  'named entities': (p) => body(`<p>Dear Zo&euml; ${p.last}</p>`),
  'name divided by a tag': (p) => body(`<p>${p.first.slice(0, 2)}<b>${p.first.slice(2)}</b> ${p.last}</p>`),
  'zero-width characters within a name': (p) => body(`${p.first.slice(0, 2)}\u200b${p.first.slice(2)}`),
  'soft hyphen within a name': (p) => body(`${p.last.slice(0, 3)}\u00ad${p.last.slice(3)}`),
  'quoted reply': (p) =>
    body(`Thanks\n\nOn Mon, 5 Jan 2026 at 10:11, ${name(p)} <${p.email}> wrote:\n> Hello from ${p.city}\n`),
  signature: (p) => body(`Bye\n-- \n${name(p)}\n${p.company}\n${p.phone}\n`),
  'phone with an extension': (p) => body(`Call ${p.phone} ext. 12`),
  'phone in parentheses': (p) => body(`Call +353 (0)${p.phone.slice(4, 6)} ${p.phone.slice(6)} now`),
  'phone with dots': (p) => body(`Call ${p.phone.slice(4).replace(/(\d{2})(\d{3})/, '0$1.$2.')}`),
  'link of tel': (p) => body(`<a href="tel:${p.phone}">call</a>`),
  'phone with 00': (p) => body(`Call ${p.phone.replace('+', '00')}`),
  'full-width digits and letters': (p) => body(`${wide(p.phone)} ${wide(p.email)}`),
  'quoted-printable': (p) => body(`Content-Transfer-Encoding: quoted-printable\n\nFrom ${quotedPrintable(p.email)}`),
  'encoded word of a header': (p) => body(`From: =?UTF-8?B?${base64(name(p))}?= <${p.email}>`),
  'link of Markdown': (p) => body(`[${name(p)}](mailto:${p.email})`),
  'card number': () => body('My card is 4111 1111 1111 1111, thanks'),
  'address in spoken form': (p) => body(`${p.email.replace('@', ' (at) ').replaceAll('.', ' dot ')}`),
  'address with blanks around the @': (p) => body(p.email.replace('@', ' @ ')),
  'percent-encoded within a text': (p) => body(`see ${encodeURIComponent(p.email)} and ${encodeURIComponent(name(p))}`),
  'IP within a text': (p) => body(`from ${p.ip}:443`),
  'name in angle brackets': (p) => body(`Hello <${name(p)}>, and <${p.first}>`),
  'class of a tag': (p) => body(`<p class="${slug(p)}" ${plain(p.last).replace(/\W/g, '')}>x</p>`),
  'style of a tag': (p) => body(`<p style="background:url(https://x.test/${plain(p.first)}.png)">x</p>`),
  'digits of another script': () => body('٠٨٧ ١٢٣ ٤٥٦٧'),
  // Writings of a name.
  'first name in a title': (p) => title(`${p.first}: where is my order?`),
  'name in upper case': (p) => title(name(p).toUpperCase()),
  'name without its accents': (p) => title(plain(name(p))),
  'last name first': (p) => title(`${p.last}, ${p.first}`),
  'possessive of a name': (p) => title(`${p.first}'s order, ${p.last}’s parcel`),
  'e-mail with a name': (p) => title(`"${name(p)}" <${p.email}>`),
  // Declared fields with something else in them.
  'name as a state': (p) => ({ response: { type: 'conversation', state: p.first, priority: p.last } }),
  'name as a type': (p) => ({ response: { type: name(p), id: '4711' } }),
  'name as a language': (p) => ({ response: { type: 'contact', language_override: p.last } }),
  'address as a date': (p) => ({ response: { type: 'contact', last_seen_at: p.email } }),
  'address as a name': (p) => ({ response: { type: 'contact', name: p.email } }),
  'name of a tag': (p) => ({ response: { type: 'tag', id: '12', name: `Friends of ${name(p)}` } }),
  'name of a team': (p) => ({ response: { type: 'team', id: '12', name: `${p.first}'s team` } }),
  'remark of a rating': (p) => ({
    response: { type: 'conversation', conversation_rating: { rating: 5, remark: `${p.first} here` } },
  }),
  'file name': (p) => ({ response: { attachments: [{ name: `CV_${plain(p.first)}_${plain(p.last)}.pdf`, url: `https://files.test/${slug(p)}/cv.pdf` }] } }), // biome-ignore format: one row
  'hash of an address in the URL of a picture': (p) => ({
    response: { avatar: `https://avatars.test/avatar/${hash('md5', p.email)}?d=mm` },
  }),
  'SHA-256 of an address': (p) => attributes({ picture: hash('sha256', p.email) }),
  'message id': (p) => ({ response: { email_message_metadata: { message_id: `<77.${p.email}>`, 'In-Reply-To': `<a.b@mail.${p.email.split('@')[1]}>` } } }), // biome-ignore format: one row
  'social profile': (p) => ({ response: { social_profiles: { data: [{ type: 'social_profile', name: 'x', url: `https://social.test/@${slug(p)}` }] } } }), // biome-ignore format: one row
  referrer: (p) => ({
    response: { type: 'contact', referrer: `https://${p.email.split('@')[1]}/account?user=${p.externalId}` },
  }),
  campaign: (p) => ({ response: { type: 'contact', utm_campaign: `winback-${slug(p)}` } }),
  recipients: (p) => ({ response: { type: 'email', to: [{ email: p.email, name: name(p) }], cc: [p.email] } }),
  'company and its site': (p) => ({
    response: { type: 'company', name: p.company, website: `https://www.${p.email.split('@')[1]}` },
  }),
  'street and city': (p) => ({ response: { location: { street: `12 ${p.last} Road`, city: p.city } } }),
  'external id as a number of a list': (p) => ({ response: { rows: [[p.externalId, p.id, name(p)]] } }),
  // Addresses of requests.
  'address in a path': (p) => ({ url: `/contacts/${p.email}/notes` }),
  'address in a query': (p) => ({ url: `/contacts?email=${p.email}` }),
  'percent-encoded address in a query': (p) => ({ url: `/contacts?email=${encodeURIComponent(p.email)}` }),
  'address encoded twice': (p) => ({
    url: `/go?to=${encodeURIComponent(`https://x.test/?u=${encodeURIComponent(p.email)}`)}`,
  }),
  'address in a filter': (p) => ({ url: `/profiles?filter=equals(email,${encodeURIComponent(`"${p.email}"`)})` }),
  'name in a query with +': (p) => ({ url: `/search?q=${encodeURIComponent(name(p)).replaceAll('%20', '+')}` }),
  'address as the name of a parameter': (p) => ({ url: `/x?${encodeURIComponent(p.email)}=1&${p.externalId}` }),
  'slug in a path': (p) => ({ url: `/people/${slug(p)}` }),
  'address in a fragment': (p) => ({ url: `/x#user=${encodeURIComponent(p.email)}` }),
  'base64 in a query': (p) => ({ url: `/x?state=${encodeURIComponent(base64(JSON.stringify({ email: p.email })))}` }),
  'id in a path': (p) => ({ url: `/contacts/${p.id}/tags/${p.externalId}` }),
  // Headers.
  'base64 in a header': (p) => ({ headers: { 'X-User': base64(p.email) } }),
  'basic authorization': (p) => ({ headers: { Authorization: `Basic ${base64(`${p.email}:secret`)}` } }),
  cookie: (p) => ({ headers: { Cookie: `user=${encodeURIComponent(p.email)}` } }),
  'address in an accepted header': (p) => ({ headers: { Accept: `application/json; for=${p.email}` } }),
  'name in an accepted header': (p) => ({
    responseHeaders: { 'content-type': `application/json; name=${plain(p.last)}` },
  }),
  'link of a header': (p) => ({ responseHeaders: { Link: `<https://api.source.test/contacts/${p.id}?email=${p.email}>; rel="canonical"` } }), // biome-ignore format: one row
  'title of a link of a header': (p) => ({ responseHeaders: { Link: `</x>; rel="next"; title="${plain(name(p))}"` } }),
  'location of a redirect': (p) => ({ responseHeaders: { Location: `/contacts/${encodeURIComponent(p.email)}` } }),
  // Written so that programs miss it, and common forms that look so.
  'address all in entities': (p) => body(`<p>${everyEntity(p.email)}</p>`),
  'address with a named entity': (p) =>
    attributes({ raw: p.email.replace('@', '&commat;').replaceAll('.', '&period;') }),
  'address between escaped brackets': (p) =>
    body(`<blockquote>On Tue ${name(p)} &lt;${p.email}&gt; wrote:</blockquote>`),
  'address before a line break': (p) => body(`<p>${p.email}<br>Regards<br/>${name(p)}</p>`),
  'address divided by markup': (p) => body(`<p>I am ${p.email.replace('@', '<wbr>@')} and <b>${p.first}</b></p>`),
  'address with invisible characters': (p) => attributes({ raw: [...p.email].join('\u200b') }),
  'handle as the name of an attribute': (p) =>
    attributes({ [`@${plain(p.last).replace("'", '')}_shop`]: { raw: name(p) } }),
  'phone in digits of another script': (p) =>
    attributes({ phone: p.phone.slice(1).replace(/\d/g, (digit) => String.fromCodePoint(0x660 + Number(digit))) }),
  'numbers with dots, almost an IP address': (p) => title(`${name(p)}: 612.34.56.78 or 312.34.56.78, 00447700912346`),
  // Bodies of other forms, and errors.
  form: (p) => ({
    request: `email=${encodeURIComponent(p.email)}&name=${encodeURIComponent(name(p)).replaceAll('%20', '+')}`,
  }),
  'plain text': (p) => ({ response: `No such user: ${p.email} (${name(p)})` }),
  'page of an error': (p) => ({ response: `<html><title>500</title><body>User ${p.email} failed</body></html>` }),
  'message of an error': (p) => ({
    response: { errors: [{ code: 'invalid', detail: `The profile of ${p.email}, "${name(p)}", exists` }] },
  }),
  'first name in the message of an error': (p) => ({ response: { errors: [{ code: 'x', title: 'Conflict', detail: `duplicate of ${p.first.toLowerCase()}` }] } }), // biome-ignore format: one row
  'value of an error': (p) => ({ response: { errors: [{ code: 'invalid', meta: { value: p.phone, who: name(p) } }] } }),
  'pointer of an error': (p) => ({
    response: { errors: [{ code: 'invalid', source: { pointer: `/data/${p.email}/name` } }] },
  }),
  'address in a map of results': (p) => ({
    response: { results: { [p.email]: { status: 'created' }, [p.phone]: 'ok' } },
  }),
  'profile of an event': (p) => ({
    request: { data: { attributes: { profile: { email: p.email, phone_number: p.phone, first_name: p.first, last_name: p.last }, properties: { Title: `${p.first} asks`, 'Assigned Admin Email': p.email } } } },
  }), // biome-ignore format: one row
  'id of an event': (p) => ({ request: { unique_id: `abc123de:created:${p.id}:${p.externalId}` } }),
}
