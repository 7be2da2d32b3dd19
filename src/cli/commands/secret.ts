import { randomBytes } from 'node:crypto'
import type { Command } from '../command.ts'

export const secret: Command = {
  takes: '',
  says: 'prints a new random secret for createCookie()',
  example: 'echo "SESSION_SECRET=$(npx coatcheck secret)" >> .env',
  flags: {},
  async run(_, output) {
    output.print(randomBytes(32).toString('base64url'))
    return 0
  },
}
