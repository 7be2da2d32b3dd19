/**
 * The same read, change and write of a record by hand, with no cookie and no crypto. `read(id)` gives
 * `{ text, version }`; `replace(id, text, version)` whether it still was that version.
 */
export function rawCycle({ mode, data }, { create, read, replace, close }) {
  let visitors = 0
  return {
    async start() {
      const id = `visitor-${visitors++}`
      await create(id, JSON.stringify(data))
      return `session=${id}`
    },
    async request(header) {
      const id = header.slice(header.lastIndexOf('=') + 1)
      const { text, version } = await read(id)
      const data = JSON.parse(text)
      const { count } = data
      if (mode === 'ro') return { count }
      data.count = count + 1
      if (!(await replace(id, JSON.stringify(data), version))) throw new Error('others were first')
      return { count }
    },
    close,
  }
}
