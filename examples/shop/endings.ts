import type { Ending } from './diary.ts'
import { time } from './when.ts'

/** What to tell a visitor whose session was ended from another device. */
export function endingText({ at, by }: Ending): string {
  return `This device was logged out at ${time(at)}. Its session was ended from ${by}.`
}
