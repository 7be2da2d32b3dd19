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

/** Whether the name stands at `at`, with only blanks between it and the pair's start. */
function startsPair(header: string, at: number): boolean {
  let before = at - 1
  while (before >= 0 && isBlank(header.charCodeAt(before))) before--
  return before < 0 || header.charCodeAt(before) === semicolon
}

/**
 * The values that a Cookie header gives this name, in its order. The order means nothing (RFC 6265
 * §4.2.2): a cookie that somebody else planted may come first.
 */
export function readCookieValues(header: string, name: string): string[] {
  const values: string[] = []
  let at = header.indexOf(name)
  while (at !== -1) {
    let after = at + name.length
    while (isBlank(header.charCodeAt(after))) after++
    if (header.charCodeAt(after) === equals && startsPair(header, at)) {
      const end = header.indexOf(';', after)
      values.push(trimmed(header, after + 1, end === -1 ? header.length : end))
    }
    at = header.indexOf(name, at + name.length)
  }
  return values
}
