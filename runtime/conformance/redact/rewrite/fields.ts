/** What a member of an object holds: by the fields that the spec knows, otherwise by its name. */
import type { FieldType } from '../../../expression/check/field-type.ts'
import type { KnownShape, Shape } from '../../../expression/check/shape.ts'
import { isObject } from '../../../lib/json.ts'
import type { Json, JsonObject } from '../../../ports/types.ts'
import { toCountryCode } from './codes.ts'

/**
 * - `choice`: a word of a program such as a type or a state. `listed`: one of a list of known texts.
 * - `code`: a country, language, currency or time zone, which changes how other values are read.
 * - `label`: a name of a thing, such as a team or a tag.
 * - `message`: a sentence that a program made, with values in it.
 * - `pointer`: a path within a request, such as JSON pointers.
 * - `condition`: a part of a request's address that chooses records.
 */
export type FieldKind =
  | 'address'
  | 'phone'
  | 'name'
  | 'place'
  | 'company'
  | 'id'
  | 'url'
  | 'choice'
  | 'listed'
  | 'code'
  | 'date'
  | 'birthday'
  | 'message'
  | 'condition'
  | 'pointer'
  | 'token'
  | 'text'

/** Where a value stands. */
export interface Scope {
  /** The declared fields of the object around it. */
  readonly shape: KnownShape
  /** The name of that object, for objects without a declaration. */
  readonly parent: string
  /** It is the object of a person: its name is a person's. */
  readonly isPerson: boolean
  /** Its names are an account's own, so that a name says nothing of its values. */
  readonly isOwn: boolean
  readonly isError: boolean
  /** Countries of the persons around, nearest first. */
  readonly country?: string
}

export const ROOT: Scope = { shape: undefined, parent: '', isPerson: false, isOwn: false, isError: false }

const ADDRESS =
  /(?:^|[_-])e?-?mails?(?:$|[_-](?!bounce|opened|clicked|sent|domain|verified))|email$|^(?:from|to|cc|bcc|reply_to|recipients?)$/i
const PHONE =
  /(?:^|[_-])(?:tele)?(?:phone|fax|mobile|msisdn|whatsapp|cell)(?:$|[_-](?!call|switch))|phone$|phone_?number/i
const PERSON_NAME =
  /^(?:first|last|full|given|family|middle|sur|nick|user|display|sender|customer|contact|pre(?:ferred)?)_?-?name$|^pseudonym$|^surname$/i
const PERSON =
  /^(?:author|contacts?|users?|customers?|persons?|people|senders?|admins?|profiles?|leads?|visitors?|owners?|participants?|assignees?|teammates?|recipients?|from|to|cc|bcc|members?|accounts?)$/i
const ID =
  /^(?:u?u?id|ids|_id|.*(?:_|-)ids?|.*[a-z](?:Id|Ids|ID)|id_.*|.*cursor.*|.*page_?token|starting_after|ending_before|handle|slug)$/
const URL_NAME =
  /^(?:self|next|prev|previous|first|last|related)$|(?:^|_)(?:url|uri|href|link|website|referrer|referer|avatar|picture|photo|image)s?$/i
const CHOICE =
  /^(?:type|topic|status|state|object|event|kind|category|role|channel|code|method|operator|sort|order|field|source_type|delivery_status|delivered_as|algorithm|encoding|priority|scheme|parameter|model)$|_(?:type|status|state)$/i
const CODE =
  /(?:^|_)(?:country|country_?code|continent_code|locale|lang|language|language_override|currency|timezone|time_zone|tz|content_type|mime_?type)$/i
const PLACE =
  /^(?:city|region|street|address\d?|zip|postal_?code|postcode|latitude|longitude|lat|lng|lon|state_or_province|city_name|region_name)$/i
const LOCATION = /location|address|geo|place/i
const COMPANY = /^(?:compan(?:y|ies)|organi[sz]ations?|employer)(?:_name)?$/i
const DATE = /(?:_at|_on|_time|^date|^time|datetime|_until|_since)$/i
const BIRTHDAY = /birth|(?:^|_)dob(?:$|_)|born/i
const POINTER = /^(?:pointer|instance_?path|json_?path)$/i
const MESSAGE = /^(?:detail|details|message|error_description|reason|hint)$/i
const TOKEN =
  /(?<!(?:next|page|continuation|cursor)_?)token|secret|password|passwd|authorization|api_?key|signature|cookie|session_id|hmac|user_hash/i

/** The rest of an error's members. */
const ERROR_WORDS = /^(?:title|error)$/i

/** Answers by member name, for each kind of scope: there are few names, and many values. */
export class FieldKinds {
  readonly #ids: ReadonlySet<string>
  readonly #ofScope = new WeakMap<Scope, Map<string, FieldKind>>()
  readonly #known = new Map<KnownShape, Map<string, Map<string, FieldKind>>>()

  constructor(ids: Iterable<string> = []) {
    this.#ids = new Set(ids)
  }

  /** The kind of member `name`, of text. */
  kindOf(name: string, scope: Scope): FieldKind {
    const kinds = this.#ofScope.get(scope) ?? this.#kindsIn(scope)
    this.#ofScope.set(scope, kinds)
    const kind = kinds.get(name) ?? kindOf(name, scope, this.#ids)
    kinds.set(name, kind)
    return kind
  }

  /** Those of all scopes like this one. */
  #kindsIn({ shape, parent, isPerson, isOwn, isError }: Scope): Map<string, FieldKind> {
    const ofShape = this.#known.get(shape) ?? new Map<string, Map<string, FieldKind>>()
    this.#known.set(shape, ofShape)
    const key = `${parent} ${isPerson} ${isOwn} ${isError}`
    const kinds = ofShape.get(key) ?? new Map<string, FieldKind>()
    ofShape.set(key, kinds)
    return kinds
  }

  /** Whether a number in member `name` is an id. */
  isIdNumber(name: string, scope: Scope): boolean {
    const declared = scope.shape?.types.get(name)
    const isOther = declared !== undefined && declared.idOf === undefined && declared.kinds.size > 0
    if (isOther) return ID.test(name) && !scope.isOwn
    return this.#ids.has(name) || ID.test(name)
  }
}

function kindOf(name: string, scope: Scope, ids: ReadonlySet<string>): FieldKind {
  const declared = scope.shape?.types.get(name)
  if (declared !== undefined) return declaredKind(name, declared, scope)
  if (TOKEN.test(name)) return 'token'
  if (POINTER.test(name)) return 'pointer'
  if (scope.isError && (MESSAGE.test(name) || ERROR_WORDS.test(name))) return 'message'
  if (ids.has(name) || ID.test(name)) return 'id'
  if (scope.isOwn) return ownKind(name)
  if (MESSAGE.test(name)) return 'message'
  return namedKind(name, scope) ?? (CHOICE.test(name) ? 'choice' : 'text')
}

function declaredKind(name: string, { kinds, values, usual, idOf }: FieldType, scope: Scope): FieldKind {
  if (values !== undefined) return 'listed'
  if (usual !== undefined) return 'choice'
  if (idOf !== undefined) return 'id'
  if (kinds.has('date')) return 'date'
  if (TOKEN.test(name)) return 'token'
  if (ID.test(name)) return 'id'
  return namedKind(name, scope) ?? (name === 'type' || CHOICE.test(name) ? 'choice' : 'text')
}

/** Of an account's own attributes: a name tells what is personal, never what is not. */
function ownKind(name: string): FieldKind {
  const spaced = name.replace(/[\s-]+/g, '_')
  if (PERSON_NAME.test(spaced)) return 'name'
  const kind = namedKind(spaced, { ...ROOT, isOwn: true })
  return kind === undefined || kind === 'code' || kind === 'date' ? 'text' : kind
}

function namedKind(name: string, { parent, isPerson, isOwn }: Scope): FieldKind | undefined {
  if (BIRTHDAY.test(name)) return 'birthday'
  if (ADDRESS.test(name)) return 'address'
  if (PHONE.test(name)) return 'phone'
  if (CODE.test(name)) return 'code'
  if (PERSON_NAME.test(name) || (name === 'name' && isPerson)) return 'name'
  if (COMPANY.test(name) || (name === 'name' && COMPANY.test(parent))) return 'company'
  if (PLACE.test(name) && (isPerson || isOwn || LOCATION.test(parent))) return 'place'
  if (name === 'region') return 'code'
  if (URL_NAME.test(name)) return 'url'
  return DATE.test(name) ? 'date' : undefined
}

/** The scope of the members of `value`, which is member `name` of an object in scope `outer`. */
export function scopeOf(value: JsonObject, name: string, outer: Scope, shapes: ReadonlyMap<string, Shape>): Scope {
  const shape = shapeOf(value, name, outer, shapes)
  const isOwn = shape === undefined ? outer.isOwn || isOwnName(name) : shape.fields.has('*') && shape.fields.size === 1
  const country = countryOf(value) ?? outer.country
  return {
    shape,
    parent: name === '' ? outer.parent : name,
    isPerson: !isOwn && isPersonObject(value, name, shape),
    isOwn,
    isError: outer.isError || /^errors?$/i.test(name),
    ...(country !== undefined && { country }),
  }
}

const isOwnName = (name: string): boolean =>
  /^(?:custom_attributes|.*_attributes|properties|metadata|traits|fields)$/i.test(name)

/** By the declaration around it, its type, or its name. */
function shapeOf(value: JsonObject, name: string, outer: Scope, shapes: ReadonlyMap<string, Shape>): KnownShape {
  const declared = outer.shape?.fields.get(name) ?? outer.shape?.fields.get('*')
  if (declared !== undefined) return declared
  if (outer.isOwn) return undefined
  const { type } = value
  return (
    (typeof type === 'string' ? shapes.get(type) : undefined) ?? shapes.get(name) ?? shapes.get(name.replace(/s$/, ''))
  )
}

function isPersonObject(value: JsonObject, name: string, shape: KnownShape): boolean {
  if (shape !== undefined && hasAddressField(shape)) return true
  if (PERSON.test(name) || PERSON.test(typeof value.type === 'string' ? value.type : '')) return true
  return shape === undefined && hasAddress(Object.keys(value))
}

const personShapes = new WeakMap<Shape, boolean>()

function hasAddressField(shape: Shape): boolean {
  const known = personShapes.get(shape) ?? hasAddress(shape.fields.keys())
  personShapes.set(shape, known)
  return known
}

const hasAddress = (fields: Iterable<string>): boolean => {
  for (const field of fields) if (ADDRESS.test(field) || PHONE.test(field)) return true
  return false
}

/** Two or three letters, or a name. */
function countryOf(value: JsonObject): string | undefined {
  const location: Json | undefined = value.location ?? value.location_data
  for (const place of [value, location]) {
    if (!isObject(place)) continue
    for (const name of ['country_code', 'country']) {
      const country = place[name]
      if (typeof country === 'string' && country !== '') return toCountryCode(country)
    }
  }
  return undefined
}
