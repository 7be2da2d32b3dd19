// Deno and Bun need no such file: `deno serve -E app.js`, `bun app.js`.
import { createServer } from 'node:http'
import { createRequestListener } from '@remix-run/node-fetch-server'
import app from './app.js'

createServer(createRequestListener(app.fetch)).listen(process.env.PORT ?? 3000)
