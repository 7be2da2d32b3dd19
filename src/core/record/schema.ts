/*
 * Standard Schema (standardschema.dev, version 1): the one interface that zod, valibot, arktype and
 * others share. Only what is called here is declared.
 */

import { KeptValues } from './kept-values.ts'
import { all, andThen, isThenable, type MaybePromise } from '../runtime/maybe-promise.ts'

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

/** The `Promise` of async functions. */
const Native = (async () => {})().constructor as PromiseConstructor

/**
 * Schema libraries ask `instanceof Promise` to know whether a check is asynchronous. Where zone.js or another library has
 * replaced the global `Promise`, the promise of an async function is none, and counts as a check that was passed. So there
 * everything that can be waited for is one while they look.
 */
function validate(schema: StandardSchema, value: unknown): MaybePromise<SchemaResult<unknown>> {
  const present = globalThis.Promise
  const knowsItself = present === Native || Object.hasOwn(present, Symbol.hasInstance)
  if (knowsItself) return schema['~standard'].validate(value)
  Reflect.defineProperty(present, Symbol.hasInstance, { value: isThenable, configurable: true })
  try {
    return schema['~standard'].validate(value)
  } finally {
    Reflect.deleteProperty(present, Symbol.hasInstance)
  }
}

/** The keys that the issues are about, or undefined when one of them is about the whole. */
function keysOf(issues: readonly SchemaIssue[]): Set<string> | undefined {
  const keys = new Set<string>()
  for (const { path } of issues) {
    const first = path?.[0]
    if (first === undefined) return undefined
    keys.add(String(typeof first === 'object' ? first.key : first))
  }
  return keys
}

/**
 * The keys that do not fit. If the schema finds fault with the whole (a strict one with a key that it
 * does not know), each key is tried alone; if no single one is to blame, all are.
 */
function unfitKeys(
  schema: StandardSchema,
  values: Map<string, unknown>,
  issues: readonly SchemaIssue[],
): MaybePromise<string[]> {
  const keys = [...values.keys()]
  const named = keysOf(issues)
  if (named !== undefined) return keys.filter((key) => named.has(key))
  const alone = keys.map((key) => validate(schema, { [key]: values.get(key) }))
  return andThen(all(alone), (results) => {
    const blamed = keys.filter((key, i) => isToBlame(key, results[i]!.issues))
    return blamed.length > 0 ? blamed : keys
  })
}

/** That other keys are missing is no fault of this one. */
function isToBlame(key: string, issues: readonly SchemaIssue[] | undefined): boolean {
  if (issues === undefined) return false
  const named = keysOf(issues)
  return named === undefined || named.has(key)
}

/** What a schema looks at. */
interface Checked {
  values: Map<string, unknown>
}

/**
 * Hides the values that do not fit the schema, key by key, and shows what the schema made of the others: defaults
 * filled in, texts coerced and so on. What is stored stays as it is. A key that is merely missing is no reason: sessions
 * start empty. Keys that the schema does not know stay, too: another version of the app may have set them.
 *
 * @returns The keys that do not fit.
 */
export function hideUnfit(
  schema: StandardSchema,
  contents: Checked,
): MaybePromise<readonly string[]> {
  const values = KeptValues.of(contents.values)
  contents.values = values
  return hideMore(schema, values, [])
}

function hideMore(
  schema: StandardSchema,
  values: KeptValues,
  hidden: readonly string[],
): MaybePromise<readonly string[]> {
  return andThen(validate(schema, Object.fromEntries(values)), (result) => {
    if (result.issues === undefined) {
      showResult(values, result.value)
      return hidden
    }
    return andThen(unfitKeys(schema, values, result.issues), (keys) => {
      if (keys.length === 0) return hidden
      for (const key of keys) values.hide(key, values.get(key))
      return hideMore(schema, values, [...hidden, ...keys])
    })
  })
}

function showResult(values: KeptValues, output: unknown): void {
  if (typeof output !== 'object' || output === null) return
  for (const [key, value] of Object.entries(output)) {
    if (value === undefined || value === values.get(key)) continue
    if (values.has(key) || values.stored.has(key)) values.show(key, value, values.get(key))
    else values.set(key, value)
  }
}
