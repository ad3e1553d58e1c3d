// drizzle-orm lists each of its 447 files in package.json, 180 KB that Node 24 parses again for every file it loads:
// more than a second and 200 MB at each start. The same exports as patterns take a tenth of that. Changes nothing
// where the list has another shape, as in a later version.
import { readFileSync, writeFileSync } from 'node:fs'

const file = new URL('../node_modules/drizzle-orm/package.json', import.meta.url)
const description = JSON.parse(readFileSync(file, 'utf8'))
const { '.': root, ...listed } = description.exports
const target = (path) => ({
  import: { types: `./${path}.d.ts`, default: `./${path}.js` },
  require: { types: `./${path}.d.cts`, default: `./${path}.cjs` },
  types: `./${path}.d.ts`,
  default: `./${path}.js`,
})
const is = (name, path) => JSON.stringify(listed[name]) === JSON.stringify(target(path))
const names = Object.keys(listed)
const plain = names.filter((name) => is(name, name.slice(2)))
const folders = names.filter((name) => is(name, `${name.slice(2)}/index`))
if (!listed['./*'] && plain.length + folders.length === names.length) {
  const exports = { '.': root }
  for (const name of folders) exports[name] = listed[name]
  exports['./*'] = target('*')
  writeFileSync(file, JSON.stringify({ ...description, exports }))
}
