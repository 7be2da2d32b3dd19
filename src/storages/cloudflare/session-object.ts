import { addKey, listKeys, removeKey } from './object-list.ts'
import { deleteRecord, readRecord, writeRecord } from './object-record.ts'
import { freeEnded, type ObjectStorage } from './object-storage.ts'
import type { Answers, Question } from './questions.ts'

/**
 * The Durable Objects that sessions are kept in: export it from the Worker and name it in Wrangler's configuration, under
 * `durable_objects` and, as one of `new_sqlite_classes`, under `migrations`. Each session has an object of its own,
 * and so has each user who logged in, for the list of their sessions. An alarm empties what has ended.
 *
 * It is for {@link createDurableObjectStore}; what the two say to each other is no interface for others.
 */
export class SessionDurableObject {
  readonly #storage: ObjectStorage

  constructor(state: { readonly storage: ObjectStorage }) {
    this.#storage = state.storage
  }

  async fetch(request: Request): Promise<Response> {
    // All of it, before the storage is looked at: see object-record.ts.
    const question = (await request.json()) as Question
    return Response.json(await answer(this.#storage, question))
  }

  alarm(): Promise<void> {
    return freeEnded(this.#storage)
  }
}

async function answer(storage: ObjectStorage, question: Question): Promise<Answers[keyof Answers]> {
  switch (question.do) {
    case 'read':
      return readRecord(storage, question)
    case 'write':
      return writeRecord(storage, question)
    case 'delete':
      return deleteRecord(storage)
    case 'add':
      await addKey(storage, question)
      return null
    case 'remove':
      await removeKey(storage, question)
      return null
    case 'keys':
      return listKeys(storage, question)
  }
  throw new Error(`Not a question for an object of sessions: ${(question as Question).do}`)
}
