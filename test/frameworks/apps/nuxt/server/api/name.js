export default defineEventHandler(({ context: { session } }) => {
  session.update('calls', (calls) => (calls ?? 0) + 1)
  return {
    name: session.get('name') ?? null,
    notice: session.get('notice') ?? null,
    calls: session.get('calls'),
  }
})
