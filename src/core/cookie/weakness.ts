const shortest = 32
/** Texts of words have more different letters than this, texts of a few letters over and over have less. */
const fewestDistinct = 16
/**
 * Of hexadecimal digits there are only 16, and 32 random ones are seldom all of them: fewer than 8 come up once in
 * 26 million. The same for UUIDs, which are these with dashes.
 */
const fewestDistinctHex = 8
/** What is left of 32 random hexadecimal digits, without what they repeat, is less once in some ten million. */
const fewestPieces = 16

/** What people put where a secret belongs, and forget. Each is too long to come up by chance. */
const placeholders = new RegExp(
  [
    's[e3]cr[e3]t|p[a4]ss(w[o0]rd|phrase)|(change|replace)~(me|this|with)|placeholder|example|default',
    'keyboard~cat|insecure|not~secure|letmein|hunter2|foobar|lorem~ipsum|quick~brown|characters|development',
    '(your|session|cookie|signing|app)~key|deadbeef|12345678|87654321|0001020304|00112233',
    'qwerty|asdfgh|1q2w3e|q1w2e3|1qaz2wsx',
  ]
    .join('|')
    .replaceAll('~', '[\\W_]*'),
  'i',
)

/** What fingers and alphabets have in a row. */
const rows = ['abcdefghijklmnopqrstuvwxyz', '01234567890', 'qwertyuiop', 'asdfghjkl', 'zxcvbnm']
const upwards = rows.join(' ')
const inARow = `${upwards} ${[...upwards].reduce((before, letter) => letter + before, '')}`
/** The shortest stretch that counts as a repetition. */
const stretch = 3

/**
 * In how many pieces a text is told, when one that came before, or that everybody knows, is a single piece, and the
 * same letter again is none: much the same as its length for random texts, and little for `abcabcabc`.
 */
function piecesOf(text: string): number {
  const letters = text.toLowerCase().replace(/(.)\1+/gs, '$1')
  let pieces = 0
  for (let at = 0; at < letters.length; pieces++) {
    let length = 1
    for (let next = stretch; at + next <= letters.length; next++) {
      const part = letters.slice(at, at + next)
      if (!inARow.includes(part) && letters.indexOf(part) === at) break
      length = next
    }
    at += length
  }
  return pieces
}

/**
 * Says why a secret could be guessed, or undefined if it looks good. What `openssl rand` prints with `-hex 16`,
 * `-hex 32` or `-base64 32`, UUIDs, and what `npx coatcheck secret` prints, is good: of each, less than one in a million is
 * refused by mistake.
 */
export function weaknessOf(secret: string): string | undefined {
  if (secret.length < shortest) return `shorter than ${shortest} characters`
  const isHex = /^[0-9a-f-]+$|^[0-9A-F-]+$/.test(secret)
  if (new Set(secret).size < (isHex ? fewestDistinctHex : fewestDistinct)) {
    return 'made of very few different characters'
  }
  if (placeholders.test(secret)) return 'made with a well-known placeholder'
  if (piecesOf(secret) < fewestPieces) return 'made of repetitions'
  return undefined
}
