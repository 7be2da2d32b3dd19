import { createRootRoute, Outlet, Scripts } from '@tanstack/react-router'

export const Route = createRootRoute({
  component: () => (
    <html>
      <body>
        <Outlet />
        <Scripts />
      </body>
    </html>
  ),
})
