import express from 'express'
import { describeAdapter } from './parts/describe-adapter.ts'
import { connectFixture, express4, expressFixture } from './parts/express-apps.ts'

describeAdapter('Express 5', expressFixture(express))
describeAdapter('Express 4', expressFixture(express4))
describeAdapter('Connect', connectFixture)
