/*
 * Standard Schema (standardschema.dev, version 1): the one interface that zod, valibot, arktype and
 * others share. Only what is called here is declared.
 */

import { configError, SessionSchemaError } from '../errors.ts'
import { KeptValues } from './kept-values.ts'
import { isThenable, type MaybePromise } from '../runtime/maybe-promise.ts'

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
function ask(schema: StandardSchema, value: unknown): MaybePromise<SchemaResult<unknown>> {
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

function validate(schema: StandardSchema, value: unknown): SchemaResult<unknown> {
  const result = ask(schema, value)
  if (!isThenable(result)) return result
  // Nobody else will look at it: that it failed as well would end the process.
  result.then(undefined, () => {})
  throw configError('schema must be synchronous: do asynchronous checks before you set a value')
}

/** Where in the values it is: first the key, and nothing if it is about the whole. */
function stepsOf({ path = [] }: SchemaIssue): string[] {
  return path.map((step) => String(typeof step === 'object' ? step.key : step))
}

/** The keys that the issues are about, or undefined when one of them is about the whole. */
function keysOf(issues: readonly SchemaIssue[]): Set<string> | undefined {
  const keys = new Set<string>()
  for (const issue of issues) {
    const [first] = stepsOf(issue)
    if (first === undefined) return undefined
    keys.add(first)
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
): string[] {
  const keys = [...values.keys()]
  const named = keysOf(issues)
  if (named !== undefined) return keys.filter((key) => named.has(key))
  const blamed = keys.filter((key) => faultsOf(schema, key, values.get(key)) !== undefined)
  return blamed.length > 0 ? blamed : keys
}

/** What the schema has against a value on its own. That other keys are missing is no fault of this one. */
function faultsOf(
  schema: StandardSchema,
  key: string,
  value: unknown,
): readonly SchemaIssue[] | undefined {
  const { issues } = validate(schema, { [key]: value })
  if (issues === undefined) return undefined
  const named = keysOf(issues)
  return named === undefined || named.has(key) ? issues : undefined
}

/**
 * Refuses a value that would be hidden when it is read again. A fault that is found with the whole and not with this value
 * alone is no reason: the app may be about to set the other key.
 *
 * @param values The others.
 * @throws {SessionSchemaError} `ERR_SESSION_SCHEMA`, naming the key.
 * @throws {SessionError} `ERR_SESSION_CONFIG` if the schema is asynchronous.
 */
export function assertFits(
  schema: StandardSchema,
  { key, value }: { key: string; value: unknown },
  values: ReadonlyMap<string, unknown>,
): void {
  const { issues } = validate(schema, Object.fromEntries([...values, [key, value]]))
  if (issues === undefined) return
  const named = keysOf(issues)
  const faults = named?.has(key) ? issues : named ? undefined : faultsOf(schema, key, value)
  if (faults === undefined) return
  const about = faults.filter((issue) => stepsOf(issue)[0] === key)
  const places = about.map((issue) => stepsOf(issue).join('.')).filter((place) => place !== key)
  throw new SessionSchemaError(key, places, { cause: faults })
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
 * @throws {SessionError} `ERR_SESSION_CONFIG` if the schema is asynchronous.
 */
export function hideUnfit(schema: StandardSchema, contents: Checked): readonly string[] {
  const values = KeptValues.of(contents.values)
  contents.values = values
  const hidden: string[] = []
  for (;;) {
    const result = validate(schema, Object.fromEntries(values))
    if (result.issues === undefined) {
      showResult(values, result.value)
      return hidden
    }
    const keys = unfitKeys(schema, values, result.issues)
    if (keys.length === 0) return hidden
    for (const key of keys) values.hide(key, values.get(key))
    hidden.push(...keys)
  }
}

function showResult(values: KeptValues, output: unknown): void {
  if (typeof output !== 'object' || output === null) return
  for (const [key, value] of Object.entries(output)) {
    if (value === undefined || value === values.get(key)) continue
    // A default is shown and not stored: it is not the app that has set it.
    values.show(key, value, values.get(key))
  }
}
