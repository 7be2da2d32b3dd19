import { createEncryptingSeal, type Seal } from '../../core/cookie/seal.ts'
import { checkSecrets } from '../../core/cookie/secrets.ts'
import { isObject } from '../../core/runtime/own.ts'
import { systemTime } from '../../core/runtime/time.ts'
import { parseJson } from '../cookies/options.ts'
import { ironSession } from '../cookies/iron-session.ts'
import { defaultTtl, lifetimeOf, type Password, secretsOf } from './options.ts'

export interface SealOptions {
  password: Password
  /** Seconds until the seal ends: 14 days, unless given; 0 for 400 days. */
  ttl?: number | undefined
}

/** Sets these seals apart from those of cookies with the same password. */
const name = 'sealed-data'
/** Deriving keys takes longer than sealing: those of so many passwords are remembered. */
const mostSeals = 50
const seals = new Map<string, Seal>()

function sealFor(password: Password): Seal {
  const secrets = checkSecrets(name, secretsOf(password))
  const set = JSON.stringify(secrets)
  const seal = seals.get(set) ?? createEncryptingSeal({ secrets, name, context: 'iron-session' })
  if (seals.size < mostSeals) seals.set(set, seal)
  return seal
}

/**
 * Seals data for somebody who may keep it and neither read nor change it, such as in a link of an email. It is
 * text that a URL takes.
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` if the password is weak or missing.
 */
export async function sealData(
  data: unknown,
  { password, ttl = defaultTtl }: SealOptions,
): Promise<string> {
  const text = JSON.stringify({ data, endsAt: systemTime() + lifetimeOf(ttl) })
  return sealFor(password).seal(text)
}

/**
 * What was sealed here or by iron-session. `{}` if the seal has ended, was changed, or was made with another password.
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` if the password is weak or missing.
 */
export async function unsealData<T>(seal: string, { password }: SealOptions): Promise<T> {
  const opened = await sealFor(password).open(seal)
  if (opened !== undefined) {
    const sealed = parseJson(opened.value)
    const isLive = isObject(sealed) && (sealed['endsAt'] as number) > systemTime()
    return (isLive ? sealed['data'] : {}) as T
  }
  const found = await ironSession({ password }).open(seal, [])
  return ((found as { data?: unknown } | undefined)?.data ?? {}) as T
}
