import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { temporaryFolder } from '../../storages/temporary-folder.ts'
import { patience } from '../../patience.ts'

const root = fileURLToPath(new URL('../../../../', import.meta.url))

/** Draws something random while the snapshot is built, and goes on in each process that starts from it. */
const program = `
  import v8 from 'node:v8'
  import { createSession, createSessionStorage } from 'coatcheck'
  import { createCookie } from 'coatcheck/cookie'
  import { createMemoryStore } from 'coatcheck/memory-storage'

  const cookie = createCookie('session', { secrets: ['Qw8eR2tY5uI1oP7aS4dF9gH3jK6lZ0xC'] })
  const store = createMemoryStore()
  let mark
  const storage = createSessionStorage({
    ...store,
    write(key, value, options) {
      if (key.startsWith('revoked-')) mark = JSON.parse(value).t[0][0]
      return store.write(key, value, options)
    },
  })
  storage.revokeAll('ada')
  globalThis.early = createSession().id
  v8.startupSnapshot.setDeserializeMainFunction(async () => {
    const session = await storage.read(null)
    session.set('a', 1)
    const id = await storage.save(session)
    const sealed = (await cookie.serialize('x')).split(/[=;]/)[1]
    const bytes = Buffer.from(sealed, 'base64url')
    const [salt, nonce] = [bytes.subarray(5, 17), bytes.subarray(17, 29)]
    await storage.revokeAll('ada')
    console.log([mark, id, salt.toString('hex'), nonce.toString('hex')].join(' '))
  })
`

function node(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    timeout: patience,
  })
  assert.equal(status, 0, stderr)
  return stdout
}

describe('processes that start from one startup snapshot', () => {
  it('share nothing random: no mark, no id, no salt and no nonce', async () => {
    const folder = temporaryFolder()
    const [entry, blob] = [join(folder, 'entry.cjs'), join(folder, 'snapshot.blob')]
    await build({
      stdin: { contents: program, resolveDir: root },
      bundle: true,
      platform: 'node',
      format: 'cjs',
      outfile: entry,
      logLevel: 'silent',
    })
    node('--snapshot-blob', blob, '--build-snapshot', entry)
    const [first, second] = [1, 2].map(() => node('--snapshot-blob', blob).trim().split(' '))
    assert.equal(first!.length, 4)
    for (const [index, text] of first!.entries()) assert.notEqual(text, second![index])
  })
})
