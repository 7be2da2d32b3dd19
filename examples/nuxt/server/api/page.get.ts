/** What the page shows. The page is rendered with the same session. */
export default defineEventHandler(async ({ context: { session } }) => {
  const { userId, handle } = session
  const devices = userId === undefined ? [] : await storage.sessionsOf(userId)
  return { userId, handle, devices, notice: session.get('notice'), cart: session.get('cart') ?? [] }
})
