import type { Config } from '@react-router/dev/config'

export default {
  ssr: true,
  // Forms are taken from pages of this server only. Behind a proxy that ends TLS it does not know its
  // own address, and refuses all of them until it is told the host that browsers see:
  // allowedActionOrigins: ['cloakroom.example'],
} satisfies Config
