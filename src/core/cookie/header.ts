/*
 * Cookie header reading. The grammar (RFC 6265 §4.2.1):
 *
 *   cookie-string = cookie-pair *( ";" SP cookie-pair )
 *   cookie-pair   = cookie-name "=" cookie-value
 *
 * Browsers also send nameless cookies as a bare `value`, and they can be made to send `=name=value`:
 * neither is a pair here. Names are compared byte by byte and never decoded, because a decoded name
 * could forge a `__Host-` prefix (CVE-2020-8184).
 */

const semicolon = 0x3b
const comma = 0x2c
const equals = 0x3d
const space = 0x20
const tab = 0x09

function isBlank(code: number): boolean {
  return code === space || code === tab
}

/** The text from here to there without the blanks around it. No other white space counts as blank. */
function trimmed(header: string, from: number, to: number): string {
  let start = from
  let end = to
  while (start < end && isBlank(header.charCodeAt(start))) start++
  while (end > start && isBlank(header.charCodeAt(end - 1))) end--
  return header.slice(start, end)
}

/** What stands before the name at `at` and its blanks: NaN at the start of the header. */
function codeBefore(header: string, at: number): number {
  let before = at - 1
  while (before >= 0 && isBlank(header.charCodeAt(before))) before--
  return header.charCodeAt(before)
}

/** Whether an equals sign follows the name at `at`, and where. -1 if none does. */
function equalsAfter(header: string, at: number, name: string): number {
  let after = at + name.length
  while (isBlank(header.charCodeAt(after))) after++
  return header.charCodeAt(after) === equals ? after : -1
}

/** More cookies of one name than this are not looked at. No browser keeps as many for one site. */
export const mostValues = 200

/**
 * The values that a Cookie header gives this name, in its order. The order means nothing (RFC 6265
 * §4.2.2): a cookie that somebody else planted may come first.
 * There may be one more than `mostValues`, and no more: each is searched for its end, however long the header is.
 */
export function readCookieValues(
  header: string,
  name: string,
  separator: number = semicolon,
): string[] {
  const values: string[] = []
  let at = -name.length
  while (values.length <= mostValues && (at = header.indexOf(name, at + name.length)) !== -1) {
    const after = equalsAfter(header, at, name)
    if (after === -1) continue
    const before = codeBefore(header, at)
    if (before !== separator && !Number.isNaN(before)) continue
    const end = header.indexOf(';', after)
    values.push(trimmed(header, after + 1, end === -1 ? header.length : end))
  }
  return values
}

/**
 * Whether a pair of this name stands behind a comma, where a proxy has joined two Cookie headers as others are joined. It may
 * as well be a part of another cookie's value, so nobody reads it. Asked only where there is no value.
 */
export function hasPairBehindComma(header: string, name: string): boolean {
  return readCookieValues(header, name, comma).length > 0
}
