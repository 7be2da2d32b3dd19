import { session } from 'coatcheck/nuxt'

export default session(cookie, storage)
