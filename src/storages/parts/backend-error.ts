/**
 * An error in words of our own, in which there is no value of a session. A message is shown only beside a code, so this
 * has one: that of its cause, such as `ECONNREFUSED`, or `ERR_STORE_BACKEND`.
 */
export function backendError(message: string, cause?: unknown): Error {
  const { code } = (cause ?? {}) as { code?: unknown }
  const error = new Error(message, cause === undefined ? undefined : { cause })
  return Object.assign(error, { code: typeof code === 'string' ? code : 'ERR_STORE_BACKEND' })
}
