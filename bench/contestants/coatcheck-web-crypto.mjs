// Ours where there is no node:crypto, as in workerd: hidden from what is loaded from here on.
export const contestants = [
  {
    workload: 'cookie',
    name: 'coatcheck cookie (sealed), Web Crypto only',
    kind: 'ours',
    async make(context) {
      const { getBuiltinModule } = process
      process.getBuiltinModule = (id) => (id === 'node:crypto' ? undefined : getBuiltinModule(id))
      const { cycle } = await import('../lib/coatcheck-cycle.mjs')
      const { createCookieSessionStorage } = await import('../../dist/storages/cookie.js')
      return cycle(context, createCookieSessionStorage())
    },
  },
]
