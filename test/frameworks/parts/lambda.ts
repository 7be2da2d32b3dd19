/*
 * What stands before a function of AWS Lambda or Netlify, and makes an event of a request and a response of the function's answer.
 * The shapes are those of AWS's documentation: "Working with Lambda proxy integrations" for HTTP and REST APIs, "Lambda functions as
 * targets for Application Load Balancers"; and Netlify's "Lambda compatibility".
 */
import assert from 'node:assert/strict'
import type { Serve } from '../visitor.ts'

export interface Answer {
  statusCode: number
  headers?: Record<string, string | string[]>
  multiValueHeaders?: Record<string, string[]>
  cookies?: string[]
  body?: string
  isBase64Encoded?: boolean
}

export type LambdaHandler = (event: never, context: never) => Promise<Answer>

/** A front, and what it passes on of an answer. */
interface Front {
  event(request: Request, body: string): object
  headers(answer: Answer): [string, string][]
}

const listed = (of: Record<string, string | string[]> = {}): [string, string][] =>
  Object.entries(of).flatMap(([name, values]) =>
    [values].flat().map((value): [string, string] => [name, value]),
  )

/** Where a name is in both, it is taken from `multiValueHeaders` alone. */
const merged = ({ headers = {}, multiValueHeaders = {} }: Answer): [string, string][] => {
  const several = new Set(Object.keys(multiValueHeaders).map((name) => name.toLowerCase()))
  const others = listed(headers).filter(([name]) => !several.has(name.toLowerCase()))
  return [...others, ...listed(multiValueHeaders)]
}

/** As a browser on HTTP/2 sends them, each in a header of its own. */
const cookiesOf = ({ headers }: Request): string[] => headers.get('Cookie')?.split('; ') ?? []

const othersOf = ({ headers, url }: Request): Record<string, string> => {
  const { cookie: _, ...others } = Object.fromEntries(headers)
  return { host: new URL(url).host, 'x-forwarded-proto': 'https', ...others }
}

const several = (headers: Record<string, string>): Record<string, string[]> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]))

const capitals = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase()),
      value,
    ]),
  )

/** HTTP APIs, and URLs of functions. Cookies have a place of their own there. */
const httpApi: Front = {
  event(request, body) {
    const { host, pathname, search } = new URL(request.url)
    const cookies = cookiesOf(request)
    return {
      version: '2.0',
      routeKey: '$default',
      rawPath: pathname,
      rawQueryString: search.slice(1),
      ...(cookies.length > 0 && { cookies }),
      headers: othersOf(request),
      requestContext: {
        accountId: '123456789012',
        apiId: 'r3pmxmplak',
        domainName: host,
        domainPrefix: 'r3pmxmplak',
        http: {
          method: request.method,
          path: pathname,
          protocol: 'HTTP/1.1',
          sourceIp: '203.0.113.7',
          userAgent: 'a browser',
        },
        requestId: 'JKJaXmPLvHcESHA=',
        routeKey: '$default',
        stage: '$default',
        time: '10/Mar/2026:05:16:23 +0000',
        timeEpoch: 1_773_119_783_000,
      },
      ...(body !== '' && { body: Buffer.from(body).toString('base64') }),
      isBase64Encoded: body !== '',
    }
  },
  headers: ({ headers, cookies = [] }) => [
    // A header of the same name beside them would make a cookie twice.
    ...listed(headers).filter(([name]) => name !== 'set-cookie'),
    ...cookies.map((line): [string, string] => ['Set-Cookie', line]),
  ],
}

/** REST APIs: the names of headers are as the visitor wrote them, and each header is there twice. */
const restApi: Front = {
  event(request, body) {
    const { host, pathname } = new URL(request.url)
    const cookies = cookiesOf(request)
    const headers = capitals({
      ...othersOf(request),
      ...(cookies.length > 0 && { cookie: cookies.join('; ') }),
    })
    return {
      resource: '/{proxy+}',
      path: pathname,
      httpMethod: request.method,
      headers,
      multiValueHeaders: several(headers),
      queryStringParameters: null,
      multiValueQueryStringParameters: null,
      pathParameters: { proxy: pathname.slice(1) },
      stageVariables: null,
      requestContext: {
        accountId: '123456789012',
        apiId: 'qr6xmpl123',
        domainName: host,
        httpMethod: request.method,
        identity: { sourceIp: '203.0.113.7', userAgent: 'a browser' },
        path: `/prod${pathname}`,
        protocol: 'HTTP/1.1',
        requestId: '6c1da6c6-3d5a-4b5e-9d1f-3c1f8f8a9b0e',
        requestTimeEpoch: 1_773_119_783_000,
        resourceId: '1d3f0a',
        resourcePath: '/{proxy+}',
        stage: 'prod',
      },
      body: body || null,
      isBase64Encoded: false,
    }
  },
  headers: merged,
}

const balanced = (request: Request, body: string) => ({
  requestContext: {
    elb: {
      targetGroupArn:
        'arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/lambda-279XGJDqGZ5rsrHC2Fjr/49e9d65c45c6791a',
    },
  },
  httpMethod: request.method,
  path: new URL(request.url).pathname,
  body,
  isBase64Encoded: false,
})

/** A target group whose attribute `lambda.multi_value_headers.enabled` is true. It takes no `headers`. */
const loadBalancer: Front = {
  event: (request, body) => ({
    ...balanced(request, body),
    multiValueQueryStringParameters: {},
    multiValueHeaders: { ...several(othersOf(request)), cookie: cookiesOf(request) },
  }),
  headers: ({ multiValueHeaders }) => listed(multiValueHeaders),
}

/** A target group as it is made: one value for each header, both ways. */
const plainLoadBalancer: Front = {
  event: (request, body) => ({
    ...balanced(request, body),
    queryStringParameters: {},
    headers: { ...othersOf(request), cookie: cookiesOf(request).join('; ') },
  }),
  headers: ({ headers }) => listed(headers),
}

/** Netlify's older functions, whose events have no `requestContext`. */
const netlify: Front = {
  event(request, body) {
    const { search, pathname } = new URL(request.url)
    const cookies = cookiesOf(request)
    const headers = { ...othersOf(request), ...(cookies[0] && { cookie: cookies.join('; ') }) }
    return {
      rawUrl: request.url,
      rawQuery: search.slice(1),
      path: pathname,
      httpMethod: request.method,
      headers,
      multiValueHeaders: several(headers),
      queryStringParameters: {},
      multiValueQueryStringParameters: {},
      body: body === '' ? null : Buffer.from(body).toString('base64'),
      isBase64Encoded: body !== '',
    }
  },
  headers: merged,
}

export const fronts = { httpApi, restApi, loadBalancer, plainLoadBalancer, netlify }

/** Sends what visitors ask through a front to a function. */
export function through(front: Front, handler: LambdaHandler): Serve {
  return async (request) => {
    // The function sees what would travel, and so does the front.
    const travel = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value)) as Value
    const event = travel(front.event(request, await request.text()))
    const answer = travel(await handler(event as never, { awsRequestId: 'one' } as never))
    assert.equal(typeof answer.statusCode, 'number')
    const { body = '', isBase64Encoded, statusCode } = answer
    return new Response(isBase64Encoded ? Buffer.from(body, 'base64') : body, {
      status: statusCode,
      headers: front.headers(answer),
    })
  }
}
