import { createFileRoute, redirect } from '@tanstack/react-router'
import { createServerFn } from '@tanstack/react-start'

const guard = createServerFn().handler(({ context: { session } }) => {
  if (session.userId !== undefined) return session.userId
  session.flash('notice', 'Please log in first')
  throw redirect({ to: '/' })
})

export const Route = createFileRoute('/account')({
  loader: () => guard(),
  component: () => <h1>The account of {Route.useLoaderData()}</h1>,
})
