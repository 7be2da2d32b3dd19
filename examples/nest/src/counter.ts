import { Body, Controller, Get, Header, Param, Post, Redirect, Req } from '@nestjs/common'
import type { Request } from 'express'
import { page } from './page.js'
import { storage } from './sessions.js'

type Form = Record<string, string | undefined>

@Controller()
export class Counter {
  @Get()
  @Header('Content-Type', 'text/html; charset=utf-8')
  async look(@Req() { session }: Request): Promise<string> {
    const { userId } = session
    const devices = userId === undefined ? [] : await storage.sessionsOf(userId)
    return page(session, devices)
  }

  @Get('account')
  @Redirect('/', 303)
  account(@Req() { session }: Request) {
    if (session.userId !== undefined) return { url: '/account/of-yours' }
    session.flash('notice', 'Please log in first')
  }

  @Get('account/of-yours')
  yours(@Req() { session }: Request): string {
    return `<h1>The account of ${session.userId}</h1>`
  }

  @Post('do/:what')
  @Redirect('/', 303)
  async change(@Req() request: Request, @Param('what') what: string, @Body() form: Form) {
    const { session } = request
    const { name = '', item = '', handle = '' } = form
    if (what === 'login') {
      session.login(name, { label: request.get('user-agent') ?? 'unknown' })
      session.flash('notice', `Welcome, ${name}`)
    } else if (what === 'add') {
      session.update('cart', (cart) => [...(cart ?? []), item])
    } else if (what === 'end') {
      await storage.revoke(handle, { userId: session.userId })
    } else if (what === 'logout') {
      session.destroy()
    }
  }
}
