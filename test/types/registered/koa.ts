// Compiled, never run: middleware of Koa gets the session of the storage that the app has registered.
import Koa from 'koa'
import { session } from 'coatcheck/koa'
import { exactly } from '../equal.ts'
import { cookie, type Registered, storage } from './storage.ts'

const app = new Koa()
app.use(session(cookie, storage))
app.use(async (ctx, next) => {
  exactly<Registered>()(ctx.session)
  exactly<number | undefined>()(ctx.session.get('count'))
  // @ts-expect-error -- no such key
  ctx.session.set('other', 1)
  await next()
})

const typed = new Koa<{ user: string }, { extra: number }>()
typed.use(session(cookie, storage, { property: 'adminSession' }))
typed.use((ctx) => {
  exactly<Registered>()(ctx.session)
  exactly<string>()(ctx.state.user)
})

export function named(ctx: Koa.Context): void {
  exactly<Registered>()(ctx.session)
}
