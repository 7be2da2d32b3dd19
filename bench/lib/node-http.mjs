// The least of node:http's request and response that (req, res) libraries take; no sockets.
import { EventEmitter } from 'node:events'

const socket = {
  encrypted: true,
  remoteAddress: '127.0.0.1',
  on() {},
  once() {},
  removeListener() {},
}

class FakeRequest {
  constructor(url, cookie) {
    this.method = 'GET'
    this.url = this.originalUrl = url
    this.headers = cookie ? { host: 'localhost', cookie } : { host: 'localhost' }
    this.socket = this.connection = socket
    this.httpVersion = '1.1'
    this.raw = this
  }
  on() {
    return this
  }
  once() {
    return this
  }
  removeListener() {
    return this
  }
  resume() {
    return this
  }
}

class FakeResponse extends EventEmitter {
  constructor(req, done) {
    super()
    this.req = req
    this.done = done
    this.head = Object.create(null)
    this.statusCode = 200
    this.headersSent = this.finished = this.writableEnded = false
    this.socket = socket
    this._header = null
  }
  setHeader(name, value) {
    this.head[name.toLowerCase()] = value
    return this
  }
  getHeader(name) {
    return this.head[name.toLowerCase()]
  }
  hasHeader(name) {
    return name.toLowerCase() in this.head
  }
  getHeaders() {
    return this.head
  }
  removeHeader(name) {
    delete this.head[name.toLowerCase()]
  }
  writeHead(statusCode, ...rest) {
    for (const [name, value] of Object.entries(rest.at(-1) ?? {})) this.setHeader(name, value)
    this.statusCode = statusCode
    this.headersSent = true
    this._header = 'sent'
    return this
  }
  _implicitHeader() {
    this.writeHead(this.statusCode)
  }
  write() {
    if (!this._header) this._implicitHeader()
    return true
  }
  end() {
    if (!this._header) this._implicitHeader()
    this.finished = this.writableEnded = true
    this.done(this)
    return this
  }
}

/** Runs `handle(req, res)` and resolves to its `Set-Cookie` lines when the response has ended. */
export function exchange(handle, url, cookie) {
  return new Promise((resolve, reject) => {
    const req = new FakeRequest(url, cookie)
    const res = new FakeResponse(req, () => resolve([res.getHeader('set-cookie') ?? []].flat()))
    Promise.resolve(handle(req, res)).catch(reject)
  })
}
