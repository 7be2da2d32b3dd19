import { begun, count, log, look, visit, type Sentence } from '../hand-made.ts'

/** Ids. */
export const ids: readonly Sentence[] = [
  [
    'ids stay apart',
    'the old id sees what was set under the new one',
    [
      visit('turn', 'rotate', { at: 10, cookie: 'A1', issued: 'A2', seen: begun }),
      look(20, 'A1', log('turn')),
    ],
    [
      visit('turn', 'rotate', { at: 10, cookie: 'A1', issued: 'A2', seen: begun }),
      look(20, 'A1', log()),
      look(20, 'A2', log('turn')),
    ],
  ],
  [
    'ids stay apart',
    'the new id sees what was written under the old one since',
    [
      visit('turn', 'rotate', { at: 10, cookie: 'A1', issued: 'A2', seen: begun }),
      count('late', 20, 'A1', ['begin'], { outcome: 'old' }),
      look(30, 'A2', log('turn', 'late')),
    ],
    [
      visit('turn', 'rotate', { at: 10, cookie: 'A1', issued: 'A2', seen: begun }),
      count('late', 20, 'A1', ['begin'], { outcome: 'old' }),
      look(30, 'A1', log('late')),
      look(30, 'A2', log('turn')),
    ],
  ],
  [
    'ids stay apart',
    'an id reads after a login has ended it',
    [
      visit('login', 'login', {
        at: 10,
        cookie: 'A1',
        issued: 'A2',
        seen: begun,
        userId: 'u',
        loginAt: 13,
      }),
      look(20, 'A1'),
    ],
    [
      visit('login', 'login', {
        at: 10,
        cookie: 'A1',
        issued: 'A2',
        seen: begun,
        userId: 'u',
        loginAt: 13,
      }),
      look(15, 'A1'),
    ],
  ],
  [
    'ids stay apart',
    'an id reads after the one after it was changed as well',
    [
      visit('one', 'rotate', { at: 10, cookie: 'A1', issued: 'A2', seen: begun }),
      visit('two', 'rotate', { at: 20, cookie: 'A2', issued: 'A3', seen: log('one') }),
      look(30, 'A1'),
    ],
    [
      visit('one', 'rotate', { at: 10, cookie: 'A1', issued: 'A2', seen: begun }),
      visit('two', 'rotate', { at: 20, cookie: 'A2', issued: 'A3', seen: log('one') }),
      look(30, 'A2', log('one')),
    ],
  ],
  [
    'ids stay apart',
    'an id from before the login knows who logged in',
    [look(10, 'A1', { ...begun, userId: 'u' })],
    [
      visit('login', 'login', {
        at: 10,
        cookie: 'A1',
        issued: 'A2',
        seen: begun,
        userId: 'u',
        loginAt: 13,
      }),
      look(20, 'A2', { ...log('login'), userId: 'u' }),
    ],
  ],
  [
    'one gets the new id',
    'two changes of one id succeed',
    [
      visit('one', 'rotate', { at: 10, cookie: 'A1', issued: 'A2', seen: begun }),
      visit('two', 'rotate', { at: 10, cookie: 'A1', issued: 'A3', seen: begun }),
    ],
    [
      visit('one', 'rotate', { at: 10, cookie: 'A1', issued: 'A2', seen: begun }),
      visit('two', 'rotate', { at: 10, cookie: 'A1', issued: 'A3', seen: begun, outcome: 'old' }),
    ],
  ],
  [
    'one gets the new id',
    'a login begins a session of its own though nobody had changed its id',
    [
      visit('login', 'login', {
        at: 10,
        cookie: 'A1',
        issued: 'B1',
        seen: begun,
        userId: 'u',
        loginAt: 13,
      }),
    ],
    [
      visit('kill', 'kill', { at: 10, cookie: 'A1', issued: 'A2', seen: begun }),
      visit('login', 'login', {
        at: 10,
        cookie: 'A1',
        issued: 'B1',
        seen: begun,
        userId: 'u',
        loginAt: 13,
      }),
    ],
  ],
  [
    'one gets the new id',
    'an id works that nobody was given',
    [
      visit('one', 'rotate', { at: 10, cookie: 'A1', issued: 'A2', seen: begun, outcome: 'old' }),
      look(20, 'A2', log()),
    ],
    [
      visit('one', 'rotate', {
        at: 10,
        cookie: 'A1',
        issued: 'A2',
        seen: begun,
        outcome: 'unknown',
      }),
      look(20, 'A2', log('one')),
    ],
  ],
  [
    'each visitor has an own session',
    'two visitors get one session',
    [
      visit('one', 'arrive', { at: 10, issued: 'B1' }),
      visit('two', 'arrive', { at: 10, issued: 'B2' }),
    ],
    [
      visit('one', 'arrive', { at: 10, issued: 'B1' }),
      visit('two', 'arrive', { at: 10, issued: 'C1' }),
    ],
  ],
]
