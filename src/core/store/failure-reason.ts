/*
 * What a driver said when it failed, in words that may be logged: with what to do where that is known,
 * and without anything that could be a key, a value or a password.
 */

/**
 * What to do about a failure, by its code or the first word of the server's answer. SQLite is told by its words:
 * `node:sqlite` has one code for everything, and D1 has none.
 */
const advice: readonly (readonly [RegExp, string])[] = [
  [
    /^(42P01|ER_NO_SUCH_TABLE)$|no such table/,
    'Make its table: await createSessionTable(kysely), on D1 createD1SessionTable(env.DB). ' +
      'The sqlite storage makes its own when it is created.',
  ],
  [
    /^(WRONGPASS|NOAUTH|28P01|28000|ER_ACCESS_DENIED_ERROR)$/,
    'Check the user name and the password that the store connects with.',
  ],
  [
    /^(NOPERM|42501|ER_TABLEACCESS_DENIED_ERROR)$/,
    'Give the user of the store the rights that it needs: the guides list them.',
  ],
  [/^(3D000|ER_BAD_DB_ERROR)$/, 'Create the database, or correct its name.'],
  [
    /^ECONNREFUSED$/,
    'Nothing listens at that address: start the server, or correct host and port.',
  ],
  [/^(ENOTFOUND|EAI_AGAIN)$/, 'No such host name is known: correct it, or look at the DNS.'],
  [
    /^(ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)$/,
    'The server did not answer: look whether it runs and can be reached.',
  ],
  [
    /^(READONLY|25006|ER_OPTION_PREVENTS_STATEMENT)$/,
    'Connect to the primary: this is a replica, which takes no writes.',
  ],
  [
    /^OOM$|SERVER_ERROR out of memory/,
    "The server's memory is full: raise its limit (maxmemory of Redis, -m of memcached).",
  ],
  [/^(ENOSPC|EDQUOT)$|database or disk is full/, 'The disk is full.'],
  [
    /^(EACCES|EPERM|EROFS)$|readonly database|unable to open database/,
    'Give this process the right to write there.',
  ],
  [
    /^SQLITE_BUSY|database( table)? is locked/,
    'Something else writes to the database for too long: look for a transaction that stays open.',
  ],
  [
    /file is not a database|disk image is malformed/,
    'The file is damaged, or is no database: restore it, or name another one.',
  ],
]

/** A driver's short code, or the word that a Redis server's answer begins with. */
function codeOf(error: Error): string | undefined {
  const { code } = error as { code?: unknown }
  if (typeof code === 'string' && /^\w{1,40}$/.test(code)) return code
  return /^[A-Z][A-Z0-9_]{1,20}(?=[ :])/.exec(error.message)?.[0]
}

const longest = 200

/**
 * A driver's message as far as it may be shown. Servers repeat arguments in quotes, files are named after
 * sessions, and an address may have a password in it: all of that is left out.
 */
export function publicPart(message: string, secrets: readonly string[]): string {
  let text = message.split('\n', 1)[0]!
  for (const secret of secrets) if (secret !== '') text = text.replaceAll(secret, '…')
  return text
    .replace(/[{[](?=["{[]).*/, '…')
    .replace(/(?<!\w)(['"`])(?:.*\1|.*$)/g, '…')
    .replace(/\b[\w+.-]+:\/\/\S*/g, '…')
    .replace(/[\w-]{20,}/g, (word) => (/^([a-z_]+|[A-Z_]+)$/.test(word) ? word : '…'))
    .replace(/(^|\s)\/\S+/g, '$1…')
    .slice(0, longest)
    .replace(/[\s.]+$/, '')
}

/**
 * Why a backend failed: the driver's code and message, and what to do.
 *
 * @param secrets What must not be repeated: the key, the value, the owner.
 */
export function reasonOf(cause: unknown, secrets: readonly string[] = []): string {
  if (!(cause instanceof Error)) return ''
  const code = codeOf(cause)
  // Who gives no code writes for people, and may write anything.
  if (code === undefined) return cause.name
  const message = publicPart(cause.message, secrets)
  const said = [message.includes(code) ? '' : code, message]
  const what = said.filter((part) => part !== '').join(': ')
  const hint = advice.find(([pattern]) => pattern.test(code) || pattern.test(message))
  return `${what}${hint === undefined ? '' : `. ${hint[1]}`}`
}
