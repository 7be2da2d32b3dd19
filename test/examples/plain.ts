import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { type RunningExample, startExample } from '../frameworks/parts/built-app.ts'

/** The examples that need no build. What they import is installed here for other tests, so that they run without a node_modules of their own. */
export const plainExamples = ['elysia', 'express', 'fastify', 'fetch', 'h3', 'hono', 'koa', 'node']

/** Starts one of them, from a copy that finds the package and the frameworks in this repository. */
export async function startPlainExample(name: string): Promise<RunningExample> {
  const folder = mkdtempSync(`.build/example-${name}-`)
  const remove = () => rmSync(folder, { recursive: true })
  const files = readdirSync(join('examples', name)).filter((file) => file.endsWith('.js'))
  for (const file of files) copyFileSync(join('examples', name, file), join(folder, file))
  const app = await startExample(relative('examples', folder), ['server.js'])
  return { origin: app.origin, close: () => app.close().finally(remove) }
}
