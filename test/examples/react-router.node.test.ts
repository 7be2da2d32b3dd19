/* The example app of React Router, as it is built, without a browser. In Chromium: story.node.test.ts. */
import { before } from 'node:test'
import { build, startExample } from '../frameworks/parts/built-app.ts'
import { describeExample } from '../frameworks/parts/describe-example.ts'

before(() => build('react-router'))

describeExample('React Router', () =>
  startExample('react-router', [
    'node_modules/@react-router/serve/bin.cjs',
    'build/server/index.js',
  ]),
)
