import 'reflect-metadata'
import { Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { session } from 'coatcheck/express'
import { Counter } from './counter.js'
import { cookie, storage } from './sessions.js'

@Module({ controllers: [Counter] })
class App {}

const app = await NestFactory.create(App)
app.use(session(cookie, storage))
await app.listen(process.env.PORT ?? 3000, process.env.HOST ?? 'localhost')
