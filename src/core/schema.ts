/*
 * Standard Schema (standardschema.dev, version 1): the one interface that zod, valibot, arktype and
 * others share. Only what is called here is declared.
 */

import { andThen, type MaybePromise } from './maybe-promise.ts'

export interface StandardSchema<Output = unknown> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => MaybePromise<SchemaResult<Output>>
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined
  }
}

type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] }

interface SchemaIssue {
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/** The type that a schema checks for. */
export type SchemaOutput<S extends StandardSchema> =
  S extends StandardSchema<infer Output> ? Output : never

/** The keys that the issues are about: all of them, when an issue is about the whole. */
function failingKeys(issues: readonly SchemaIssue[], values: Map<string, unknown>): string[] {
  const keys = new Set<string>()
  for (const { path } of issues) {
    const first = path?.[0]
    if (first === undefined) return [...values.keys()]
    keys.add(String(typeof first === 'object' ? first.key : first))
  }
  return [...keys].filter((key) => values.has(key))
}

/**
 * Takes out the values that do not fit the schema, key by key. A key that is merely missing is no
 * reason: sessions start empty.
 *
 * @returns The keys that were taken out.
 */
export function dropUnfit(
  schema: StandardSchema,
  values: Map<string, unknown>,
  dropped: readonly string[] = [],
): MaybePromise<readonly string[]> {
  return andThen(schema['~standard'].validate(Object.fromEntries(values)), (result) => {
    if (result.issues === undefined) {
      replaceValues(values, result.value)
      return dropped
    }
    const keys = failingKeys(result.issues, values)
    if (keys.length === 0) return dropped
    for (const key of keys) values.delete(key)
    return dropUnfit(schema, values, [...dropped, ...keys])
  })
}

/** Hands out what the schema made of the values: defaults filled in, strings coerced and so on. */
function replaceValues(values: Map<string, unknown>, output: unknown): void {
  if (typeof output !== 'object' || output === null) return
  values.clear()
  for (const [key, value] of Object.entries(output)) {
    if (value !== undefined) values.set(key, value)
  }
}
