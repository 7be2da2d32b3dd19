import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { NodeVisitRequest } from 'coatcheck/adapter'
import { createCsrf } from 'coatcheck/csrf'
import { session } from 'coatcheck/node'
import { act } from './actions.js'
import { accountPage, homePage } from './pages.js'
import { cookie, storage } from './sessions.js'

const csrf = createCsrf()
const withSession = session(cookie, storage)

async function answer(request, response, session) {
  const { method, url: path, headers } = request
  if (method === 'GET' && path === '/') {
    send(response, homePage(session))
  } else if (method === 'GET' && path === '/account' && session.userId !== undefined) {
    send(response, await accountPage(session))
  } else {
    if (method === 'POST' && path.startsWith('/do/')) {
      const form = Object.fromEntries(new URLSearchParams(await text(request)))
      await act(path.slice('/do/'.length), session, { form, device: headers['user-agent'] })
    }
    response.writeHead(303, { Location: '/' }).end()
  }
}

function send(response, page) {
  response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end(page)
}

const server = createServer((request, response) =>
  withSession(request, response, async (session) => {
    try {
      await csrf.check(new NodeVisitRequest(request), session)
    } catch (error) {
      if (error.code !== 'ERR_SESSION_CSRF') throw error
      return response.writeHead(error.status).end(error.message)
    }
    await answer(request, response, session)
  }),
)

const port = Number(process.env.PORT ?? 3000)
server.listen(port, () => console.log(`http://localhost:${port}`))
