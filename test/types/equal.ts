type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

/** Compiles only when the value has exactly this type: `exactly<string>()(value)`. */
export function exactly<Expected>() {
  return <Actual>(
    _value: Actual,
    ..._same: Same<Actual, Expected> extends true ? [] : [never]
  ) => {}
}
