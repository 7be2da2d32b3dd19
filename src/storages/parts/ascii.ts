/*
 * A text of a record, as SQL databases keep it: in plain ASCII without NUL. What a connection or a database makes of
 * other letters depends on its charset: one that cannot have a letter puts another in its place, which may be a quote,
 * and then a visitor's nickname rewrites the record. PostgreSQL refuses U+0000, and some SQLite drivers end there. No
 * quote either: mysql2 does not escape it rightly where `sql_mode` has NO_BACKSLASH_ESCAPES.
 *
 * The first letter says how the rest is to be read. None of them can begin a JSON text: there are plugins that parse
 * whatever looks like one.
 */

/** The rest is as it was. */
const plain = '='
/** In the rest, this and four hexadecimal digits are a UTF-16 code unit: lone surrogates are kept, too. */
const escaped = '!'

/* oxlint-disable no-control-regex -- NUL is what it is about */
const notPlain = /[^\x01-\x7f]|'/
const toEscape = /[^\x01-\x7f]|['!]/g
/* oxlint-enable no-control-regex */

/** The same text in ASCII. */
export function toAscii(text: string): string {
  if (!notPlain.test(text)) return plain + text
  return escaped + text.replace(toEscape, escapeUnit)
}

function escapeUnit(unit: string): string {
  return escaped + unit.charCodeAt(0).toString(16).padStart(4, '0')
}

/** What `toAscii` was given. A text that is not from there comes back as it is: whoever reads it finds it damaged. */
export function fromAscii(text: string): string {
  const rest = text.slice(1)
  if (text[0] === plain) return rest
  if (text[0] !== escaped) return text
  return rest.replace(/!([0-9a-f]{4})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  )
}
