import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createSessionStorage, StoreError, type SessionStore } from 'coatcheck'

/** What drivers really say, what of it is shown, and what must not be. */
const failures: { says: string; code?: string; shown: RegExp; hidden?: RegExp }[] = [
  {
    says: 'relation "coatcheck_sessions" does not exist',
    code: '42P01',
    shown: /42P01: relation … does not exist\. Make its table: await createSessionTable\(kysely\)/,
  },
  {
    says: "Table 'shop.coatcheck_sessions' doesn't exist",
    code: 'ER_NO_SUCH_TABLE',
    shown: /ER_NO_SUCH_TABLE: .* createSessionTable\(kysely\)/,
  },
  {
    says: 'D1_ERROR: no such table: sessions: SQLITE_ERROR',
    shown: /createD1SessionTable\(env\.DB\)/,
  },
  {
    says: 'WRONGPASS invalid username-password pair or user is disabled.',
    shown: /WRONGPASS invalid .*\. Check the user name and the password/,
  },
  {
    says: "Access denied for user 'shop'@'localhost' (using password: YES)",
    code: 'ER_ACCESS_DENIED_ERROR',
    shown: /Check the user name and the password/,
  },
  {
    says: 'connect ECONNREFUSED 127.0.0.1:6379',
    code: 'ECONNREFUSED',
    shown: /: connect ECONNREFUSED 127\.0\.0\.1:6379\. Nothing listens at that address/,
  },
  { says: '', code: 'ECONNREFUSED', shown: /: ECONNREFUSED\. Nothing listens/ },
  { says: "OOM command not allowed when used memory > 'maxmemory'.", shown: /raise its limit/ },
  {
    says: 'memcached says SERVER_ERROR out of memory storing object',
    code: 'ERR_STORE_BACKEND',
    shown: /out of memory storing object\. The server's memory is full/,
  },
  { says: 'NOAUTH Authentication required.', shown: /Check the user name and the password/ },
  {
    says: 'password authentication failed for user "shop"',
    code: '28P01',
    shown: /28P01: password .*\. Check the user name and the password/,
  },
  {
    says: "NOPERM User shop has no permissions to run the 'info' command",
    shown: /Give the user of the store the rights/,
  },
  {
    says: 'permission denied for table sessions',
    code: '42501',
    shown: /the rights that it needs/,
  },
  { says: 'database "shop" does not exist', code: '3D000', shown: /Create the database/ },
  { says: 'getaddrinfo ENOTFOUND db', code: 'ENOTFOUND', shown: /No such host name is known/ },
  { says: 'connect ETIMEDOUT 10.0.0.9:5432', code: 'ETIMEDOUT', shown: /did not answer/ },
  { says: "READONLY You can't write against a read only replica.", shown: /to the primary/ },
  { says: 'cannot execute INSERT in a read-only transaction', code: '25006', shown: /primary/ },
  { says: 'ENOSPC: no space left on device, write', code: 'ENOSPC', shown: /The disk is full/ },
  { says: 'EROFS: read-only file system, open', code: 'EROFS', shown: /the right to write there/ },
  {
    says: 'attempt to write a readonly database',
    code: 'SQLITE_READONLY_DBMOVED',
    shown: /the right to write there/,
  },
  { says: 'unable to open database file', code: 'ERR_SQLITE_ERROR', shown: /the right to write/ },
  {
    says: 'The app has a transaction open on the connection that sessions are kept with',
    code: 'SQLITE_BUSY',
    shown: /kept with\. .* a transaction that stays open/,
  },
  { says: 'database table is locked', code: 'SQLITE_LOCKED', shown: /transaction that stays open/ },
  { says: 'database is locked', code: 'ERR_SQLITE_ERROR', shown: /transaction that stays open/ },
  {
    says: "ERR unknown command 'GETDEL', with args beginning with: 'session:ada' 'it''s' ",
    shown: /ERR unknown command …/,
    hidden: /ada|it's/,
  },
  {
    says: "Duplicate entry 'ada-7' for key 'sessions.PRIMARY'",
    code: 'ER_DUP_ENTRY',
    shown: /ER_DUP_ENTRY: Duplicate entry …/,
    hidden: /ada/,
  },
  {
    says: "ENOENT: no such file or directory, open '/srv/sessions/ada'",
    code: 'ENOENT',
    shown: /ENOENT: no such file or directory, open …/,
    hidden: /srv/,
  },
  {
    says: "Invalid URL: 'redis://:hunter2@host'",
    code: 'EXAMPLE',
    shown: /Invalid URL: …/,
    hidden: /hunter2/,
  },
  {
    says: 'cannot reach redis://:hunter2@host:1',
    code: 'EXAMPLE',
    shown: /cannot reach …/,
    hidden: /hunter2/,
  },
  { says: 'refused {"cart":["ada"]} at 1', code: 'EXAMPLE', shown: /refused …/, hidden: /ada/ },
  {
    says: 'Failed query: insert\nparams: ada',
    code: 'EXAMPLE',
    shown: /Failed query: insert$/,
    hidden: /ada/,
  },
  {
    says: 'refused Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5',
    code: 'EXAMPLE',
    shown: /refused …/,
    hidden: /Zm9v/,
  },
]

describe('the message of a StoreError', () => {
  for (const { says, code, shown, hidden } of failures) {
    it(`carries what a driver says: ${code ?? ''} ${says.split('\n', 1)[0]}`, async () => {
      const cause = Object.assign(new Error(says), code === undefined ? {} : { code })
      const error = await failureOf(async () => {
        throw cause
      })
      assert.match(error.message, shown)
      if (hidden !== undefined) assert.doesNotMatch(error.message, hidden)
      const told = error.cause as Error & { code?: string }
      assert.equal(told.code, code)
      const printed = `${told.message} ${told.stack} ${JSON.stringify(told)}`
      // The file of a system call is named after a handle, which is public; this one is no system call.
      if (hidden !== undefined) assert.doesNotMatch(printed.replace(/\n *at .*/g, ''), hidden)
    })
  }

  it('has the driver’s own error as its cause if nothing in it could be a value', async () => {
    const facts = { code: 'ECONNREFUSED', errno: -111, syscall: 'connect', port: 6379 }
    for (const cause of [
      Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:6379'), facts),
      new AggregateError([new Error('away', { cause: new Error('silent') })], 'both away'),
      new TypeError("Cannot read properties of undefined (reading 'rows')"),
    ]) {
      assert.equal((await failureOf(async () => Promise.reject(cause))).cause, cause)
    }
  })

  it('has a bare error as its cause if the driver’s own might show a value', async () => {
    const secret = 'secret-7'
    for (const spoilt of [
      Object.assign(new Error('refused'), { command: { args: [secret] } }),
      Object.assign(new Error('refused'), { detail: secret }),
      Object.assign(new Error('refused'), { [Symbol('row')]: { secret } }),
      Object.assign(new Error('refused'), { code: `{"a":"${secret}"}` }),
      new Error('refused', { cause: Object.assign(new Error('inner'), { sql: secret }) }),
      new AggregateError([Object.assign(new Error('inner'), { row: [secret] })], 'refused'),
      { message: 'refused', secret },
      `refused {"a":"${secret}"}`,
    ]) {
      const { cause } = await failureOf(async () => Promise.reject(spoilt as Error))
      assert.ok(cause instanceof Error && cause !== spoilt)
      assert.match(cause.message, /refused/)
      let printed = ''
      for (let one: unknown = cause; one instanceof Error; one = one.cause) {
        const own = Reflect.ownKeys(one).map((key) => Reflect.get(one as object, key) as unknown)
        printed += `${one.stack} ${JSON.stringify(own)}`
        const { errors = [] } = one as { errors?: unknown[] }
        for (const inner of errors) printed += JSON.stringify(Object.entries(inner as object))
      }
      assert.ok(!printed.includes(secret), printed)
    }
  })

  it('never shows a value that was to be written, however short a part the driver repeats', async () => {
    const { cause } = await failureOf(async () => {
      throw new TypeError('Cannot create property x on string ada')
    })
    assert.equal((cause as Error).message, 'Cannot create property x on string …')
  })

  it('never repeats the key, the record or the owner', async () => {
    const told: string[] = []
    const error = await failureOf(async (key, value, { owner }) => {
      told.push(key, value, owner!)
      const text = `cannot put ${key} for ${owner}: ${value}`
      throw Object.assign(new Error(text), { code: 'EXAMPLE' })
    })
    assert.equal(told.length, 3)
    for (const secret of told) assert.ok(!error.message.includes(secret), error.message)
    assert.match(error.message, /cannot put … for …/)
  })
})

async function failureOf(write: SessionStore['write']): Promise<StoreError> {
  const storage = createSessionStorage({
    read: async () => undefined,
    write,
    delete: async () => {},
  })
  const session = await storage.read(null)
  session.set('name', 'ada')
  session.login('user-42')
  try {
    await storage.save(session)
  } catch (error) {
    assert.ok(error instanceof StoreError)
    return error
  }
  return assert.fail('The store did not fail')
}
