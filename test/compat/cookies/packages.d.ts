// What the tests use of packages that bring no types.
declare module 'cookie-signature' {
  export function sign(value: string, secret: string): string
}
