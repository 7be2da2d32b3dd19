import type * as nodeCrypto from 'node:crypto'
import type * as nodeFs from 'node:fs'
import type * as nodePath from 'node:path'
import { builtinModule } from '../../core/runtime/platform.ts'
import { configError } from '../../core/errors.ts'

/*
 * The parts of Node that files need, looked up and not imported: a bundler for browsers or edge runtimes follows
 * imports, lazy ones too, and would fail at names that it does not know. Undefined where there is no such module.
 */

export const crypto: typeof nodeCrypto = find('node:crypto')
export const fs: typeof nodeFs = find('node:fs')
export const path: typeof nodePath = find('node:path')

function find<T>(name: string): T {
  return builtinModule(name) as T
}

/** @throws {SessionError} `ERR_SESSION_CONFIG` where the runtime has no files, or does not say so. */
export function assertFiles(): void {
  if ([crypto, fs, path].some((module) => module === undefined)) {
    throw configError(
      'The fs storage needs node:fs (Node 20.16 or later, Deno, Bun), which this runtime does not have. ' +
        'Use another storage, such as that of coatcheck/cookie-storage',
    )
  }
}
