import {
  createRequestHandler,
  type ActionFunction,
  type LoaderFunction,
  type MiddlewareFunction,
  type ServerBuild,
} from 'react-router'

export interface RouteModule {
  loader?: LoaderFunction
  action?: ActionFunction
  /** A page, not a resource route, if there is one. */
  default?: () => null
}

/** A server's build of React Router, as its compiler makes it: one root with middleware, and a route for each path. */
export function reactRouterApp(
  middleware: MiddlewareFunction<Response>[],
  modules: Readonly<Record<string, RouteModule>>,
  onError: (error: unknown) => void = () => {},
): (request: Request) => Promise<Response> {
  const root = { id: 'root', path: '', module: { middleware, default: () => null } }
  const routes = Object.entries(modules).map(([path, module]) => {
    return { id: path, parentId: 'root', path: path.slice(1), module }
  })
  const build = {
    entry: {
      module: {
        // What a page shows is its data, or what went wrong.
        default: (_: Request, status: number, headers: Headers, { staticHandlerContext }: any) => {
          const { loaderData, actionData, errors } = staticHandlerContext
          return Response.json({ loaderData, actionData, errors }, { status, headers })
        },
        handleError: onError,
      },
    },
    routes: Object.fromEntries([root, ...routes].map((route) => [route.id, route])),
    assets: { routes: {}, entry: { imports: [], module: '' }, url: '', version: '' },
    publicPath: '/',
    assetsBuildDirectory: '',
    future: {},
    ssr: true,
    isSpaMode: false,
    prerender: [],
    routeDiscovery: { mode: 'initial', manifestPath: '/__manifest' },
  } as unknown as ServerBuild
  return createRequestHandler(build, 'production')
}
