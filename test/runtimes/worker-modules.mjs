import { readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path/posix'
import { fileURLToPath } from 'node:url'

const { name: packageName, exports: entries } = JSON.parse(readFileSync('package.json', 'utf8'))

/**
 * The module at a path and all that it imports, as miniflare takes them. A Worker has no package to look into:
 * imports by a package's name, or from our `#dist`, become relative ones.
 */
export function collectModules(entry) {
  const modules = new Map()

  function collect(path) {
    if (modules.has(path)) return
    const module = { type: 'ESModule', path, contents: '' }
    modules.set(path, module)
    const source = readFileSync(path, 'utf8').replace(/^\/\/# sourceMappingURL=.*$/m, '')
    module.contents = source.replace(
      /^(import\s*|(?:import|export)\b[^'"=;(]*\bfrom\s*)(['"])([^'"]+)\2/gm,
      (statement, start, quote, specifier) => {
        if (specifier.startsWith('cloudflare:')) return statement
        const target = locate(specifier, path)
        collect(target)
        return `${start}${quote}${relativeImport(path, target)}${quote}`
      },
    )
  }

  collect(entry)
  return [...modules.values()]
}

function locate(specifier, importer) {
  if (specifier.startsWith('.')) return join(dirname(importer), specifier)
  if (specifier.startsWith('#dist/')) return join('dist', specifier.slice('#dist/'.length))
  if (specifier === packageName || specifier.startsWith(`${packageName}/`)) {
    const entry = entries[`.${specifier.slice(packageName.length)}`]
    if (entry) return join(entry.default)
  }
  const { protocol, href } = new URL(import.meta.resolve(specifier))
  if (protocol === 'file:') return relative(process.cwd(), fileURLToPath(href))
  throw new Error(`${importer} imports ${specifier}, which a Worker does not have`)
}

function relativeImport(importer, target) {
  const path = relative(dirname(importer), target)
  return path.startsWith('.') ? path : `./${path}`
}
