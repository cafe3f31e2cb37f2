/** A text as a part of a regular expression that matches it literally, with any flags. */
export const escapePattern = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
