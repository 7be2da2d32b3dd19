/** What to say of a driver that the app does not have; other failures of its loading are told as they are. */
export function missingDriver(name: string): (error: unknown) => never {
  return (error) => {
    const isMissing = (error as { code?: unknown }).code === 'ERR_MODULE_NOT_FOUND'
    if (!isMissing) throw error
    throw new Error(`This storage needs ${name}: npm install ${name}`, { cause: error })
  }
}
