/* Has one process run test files, where the runtime would start anew for each: deno test script/lib/import-files.mjs -- FILE ... */
import process from 'node:process'
import { pathToFileURL } from 'node:url'

// What follows the two hyphens, and nothing else, are files.
const files = process.argv.filter((argument) => argument.endsWith('.test.js'))
for (const file of files) await import(pathToFileURL(file).href)
