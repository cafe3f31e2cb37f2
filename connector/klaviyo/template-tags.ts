/** Klaviyo's tags, which show an event's properties and a profile in a message. They are those of Django's templates. */
import type { TemplateTags } from '../../runtime/catalog/types.ts'

export const templateTags: TemplateTags = {
  event: (property, member) =>
    createTag(/^[A-Za-z]\w*$/.test(property) ? `event.${property}` : `event${lookUp(property)}`, member),
  profile: (property, member) => createTag(`person${lookUp(property)}`, member),
  attribute: (name) => createTag(`person.${name}`),
  note: 'A tag of an event works in the messages of flows that its metric triggers, a tag of a person in every message.',
}

const createTag = (value: string, member?: string): string =>
  `{{ ${value}${member === undefined ? '' : lookUp(member)} }}`

/** For a name that is no word. */
function lookUp(name: string): string {
  const quote = name.includes("'") ? '"' : "'"
  return `|lookup:${quote}${name.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`)}${quote}`
}
