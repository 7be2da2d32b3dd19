import { createFileRoute, notFound, redirect } from '@tanstack/react-router'
import { createServerFn } from '@tanstack/react-start'

const look = createServerFn().handler(
  ({ context: { session } }) => `${session.get('name') ?? 'nobody'} ${session.get('notice') ?? ''}`,
)

const set = createServerFn().handler(({ context: { session } }) => {
  session.set('name', 'Grace')
  return 'set'
})

const leave = createServerFn().handler(({ context: { session } }) => {
  session.set('name', 'Grace')
  throw redirect({ to: '/view/$what', params: { what: 'look' } })
})

const miss = createServerFn().handler(({ context: { session } }) => {
  session.set('name', 'Grace')
  throw notFound()
})

const fail = createServerFn().handler(({ context: { session } }) => {
  session.set('name', 'Eve')
  throw new Error('a mistake in the app')
})

const functions = { look, set, leave, miss, fail }
const urls = Object.values(functions).map(({ url }) => url)

export const Route = createFileRoute('/view/$what')({
  loader: ({ params: { what } }) => (what === 'urls' ? urls.join(' ') : functions[what]()),
  notFoundComponent: () => 'not found',
  component: function View() {
    return <h1>{Route.useLoaderData()}</h1>
  },
})
