import { scrypt, timingSafeEqual } from 'node:crypto'

export interface User {
  id: string
  name: string
  fullName: string
  email: string
}

interface StoredUser extends User {
  /** `salt:hash`, both base64url. */
  password: string
}

/** Stands for a table in your database. The password is on the login page. */
const users: StoredUser[] = [
  {
    id: 'user-1',
    name: 'ada',
    fullName: 'Ada Lovelace',
    email: 'ada@example.com',
    password: 'sAcMzwnJqYOXZENVUSkprg:rDVB7ZopILA0z9DTOFs-IoaWMTD-oK7ntP6BWiVh_gY',
  },
]

/** Nobody's password. Checking it takes as long as a real one, so guessing names learns nothing. */
const decoy = 'AXEFEwaSpalc1eSNaPNGMA:EjPv4QAScWipxjPr1t5Qsh_yxkqYwc_avkscfb6zH5U'

export function findUser(id: string | undefined): User | undefined {
  return withoutPassword(users.find((user) => user.id === id))
}

/** The user with this name, if the password is right. */
export async function authenticate(name: string, password: string): Promise<User | undefined> {
  const user = users.find((candidate) => candidate.name === name.trim().toLowerCase())
  const isRight = await verifyPassword(password, user?.password ?? decoy)
  return isRight ? withoutPassword(user) : undefined
}

/** What loaders return goes to the browser, so it had better not be in there. */
function withoutPassword(user: StoredUser | undefined): User | undefined {
  return user && { id: user.id, name: user.name, fullName: user.fullName, email: user.email }
}

function verifyPassword(password: string, stored: string): Promise<boolean> {
  const [salt = '', hash = ''] = stored.split(':').map((part) => Buffer.from(part, 'base64url'))
  const cost = { N: 2 ** 15, r: 8, p: 3, maxmem: 64 * 1024 * 1024 }
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFC'), salt, 32, cost, (error, key) => {
      if (error) reject(error)
      else resolve(timingSafeEqual(key, hash as Buffer))
    })
  })
}
