import type { NextConfig } from 'next'

// This app lies in the folder of another one, with a lockfile of its own.
const config: NextConfig = { turbopack: { root: import.meta.dirname } }

export default config
