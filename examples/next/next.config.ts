import type { NextConfig } from 'next'

// A lockfile in a folder above makes Next look there for what the app imports.
const config: NextConfig = { turbopack: { root: import.meta.dirname } }

export default config
