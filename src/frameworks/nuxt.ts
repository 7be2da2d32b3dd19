/*
 * Sessions for Nuxt 4, which is made of h3 1: a plugin of its server. Server routes, server middleware and what they call have
 * the session as `event.context.session`, and pages while they are rendered on the server as `useRequestEvent()!.context.session`.
 */
export { session, type H3App } from './h3-v1.ts'
