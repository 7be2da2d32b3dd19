import Koa from 'koa'
import { describeAdapter } from './parts/describe-adapter.ts'
import { Koa2, koaFixture } from './parts/koa-apps.ts'

describeAdapter('Koa 3', koaFixture(Koa))
describeAdapter('Koa 2', koaFixture(Koa2))
