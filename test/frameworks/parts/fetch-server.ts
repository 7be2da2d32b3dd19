import { createServer } from 'node:http'
import { createRequestListener } from '@remix-run/node-fetch-server'
import { listening } from './server.ts'

/** Serves what takes a `Request` and answers with a `Response`, over real connections. */
export function serving(
  handle: (request: Request) => Response | Promise<Response>,
): Promise<{ origin: string; close(): Promise<void> }> {
  return listening(createServer(createRequestListener((request) => handle(request))))
}
