import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'

export interface User {
  id: string
  name: string
  fullName: string
  email: string
  address: string
  /** `salt:hash`, both base64url. */
  password: string
}

/** Stands for a table in your database. The passwords are on the login page. */
const users: User[] = [
  {
    id: 'user-1',
    name: 'ada',
    fullName: 'Ada Lovelace',
    email: 'ada@example.com',
    address: '12 St James’s Square, London',
    password: 'bnxyN0FjhIJOE4NCDgdkqg:-70cbvU7GxPTHH8aqVH74FlZn1GC22ZBWOqPX0Eo4A4',
  },
  {
    id: 'user-2',
    name: 'grace',
    fullName: 'Grace Hopper',
    email: 'grace@example.com',
    address: '200 Summer Street, Arlington',
    password: 'loOTelRO2DLTa-d0UbM0GA:Da7xUW8xrdZAJVEYV2eNgu5uBfoS-UvOjRTJYCcx0uA',
  },
]

export const demoLogins = [
  { name: 'ada', password: 'analytical-engine' },
  { name: 'grace', password: 'first-compiler' },
]

/** Nobody's password. Checking it takes as long as a real one, so guessing names learns nothing. */
const decoy = 'DLu_nxatp5na7-oAeraaiw:88F9wn3jmMLk2d_rkOmc2S71UT8tWjpjm3rqm5PAYAA'

export function findUser(id: string | undefined): User | undefined {
  return users.find((user) => user.id === id)
}

export function findUserByName(name: string): User | undefined {
  return users.find((candidate) => candidate.name === name.trim().toLowerCase())
}

/** The user with this name, if the password is right. */
export async function authenticate(name: string, password: string): Promise<User | undefined> {
  const user = findUserByName(name)
  const right = await verifyPassword(password, user?.password ?? decoy)
  return right ? user : undefined
}

/** What to store when somebody chooses a password. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  const hash = await derive(password, salt)
  return `${salt.toString('base64url')}:${hash.toString('base64url')}`
}

async function verifyPassword(password: string, stored: string): Promise<boolean> {
  const [salt = '', hash = ''] = stored.split(':')
  const expected = Buffer.from(hash, 'base64url')
  return timingSafeEqual(await derive(password, Buffer.from(salt, 'base64url')), expected)
}

/** 32 MB and a quarter of a second: little for one visitor, much for somebody who guesses. */
function derive(password: string, salt: Buffer): Promise<Buffer> {
  const cost = { N: 2 ** 15, r: 8, p: 3, maxmem: 64 * 1024 * 1024 }
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFC'), salt, 32, cost, (error, key) => {
      if (error) reject(error)
      else resolve(key)
    })
  })
}
