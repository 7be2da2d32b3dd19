import {
  begun,
  count,
  handle,
  look,
  missing,
  order,
  span,
  visit,
  type Sentence,
} from '../hand-made.ts'

/** When sessions and ids end. */
export const lives: readonly Sentence[] = [
  [
    'what has expired is over',
    'a session is read after its time',
    [
      visit('short', 'arrive', { at: 0, issued: 'B1', brief: true }),
      look(60, 'B1', { log: ['short'] }),
    ],
    [
      visit('short', 'arrive', { at: 0, issued: 'B1', brief: true }),
      look(30, 'B1', { log: ['short'] }, { outcome: 'written' }),
      look(60, 'B1', { log: ['short'] }),
    ],
  ],
  [
    'what has expired is over',
    'a session is saved after its time',
    [
      visit('short', 'arrive', { at: 0, issued: 'B1', brief: true }),
      count('late', 50, 'B1', ['short'], { saving: span(58, 59) }),
    ],
    [
      visit('short', 'arrive', { at: 0, issued: 'B1', brief: true }),
      count('late', 50, 'B1', ['short'], { saving: span(56, 59) }),
    ],
  ],
  [
    'nothing ends without a reason',
    'a session has gone for no reason',
    [look(10, 'A1', {}, missing)],
    [order(9, { type: 'revoke', handle, ok: false }), look(10, 'A1', {}, missing)],
  ],
  [
    'nothing ends without a reason',
    'a session has gone when another user logged in with its id',
    [
      visit('first', 'login', {
        at: 10,
        cookie: 'A1',
        issued: 'A2',
        seen: begun,
        userId: 'u',
        loginAt: 13,
      }),
      visit('second', 'login', {
        at: 10,
        cookie: 'A1',
        issued: 'B1',
        seen: begun,
        userId: 'other',
        loginAt: 13,
        saving: span(20, 22),
      }),
      look(30, 'A2', {}, missing),
    ],
    [
      visit('first', 'login', {
        at: 10,
        cookie: 'A1',
        issued: 'A2',
        seen: begun,
        userId: 'u',
        loginAt: 13,
      }),
      visit('second', 'login', {
        at: 10,
        cookie: 'A1',
        issued: 'B1',
        seen: begun,
        userId: 'u',
        loginAt: 13,
        saving: span(20, 22),
      }),
      look(30, 'A2', {}, missing),
    ],
  ],
  [
    'nothing ends without a reason',
    'a brief session has gone before its time',
    [visit('short', 'arrive', { at: 0, issued: 'B1', brief: true }), look(40, 'B1', {}, missing)],
    [visit('short', 'arrive', { at: 0, issued: 'B1', brief: true }), look(52, 'B1', {}, missing)],
  ],
  [
    'a grace is kept',
    'the old id has gone within its grace',
    [
      visit('turn', 'rotate', { at: 10, cookie: 'A1', issued: 'A2', seen: begun }),
      look(100, 'A1', {}, missing),
    ],
    [
      visit('turn', 'rotate', { at: 10, cookie: 'A1', issued: 'A2', seen: begun }),
      look(112, 'A1', {}, missing),
    ],
  ],
  [
    'a grace is kept',
    'the old id reads after its grace',
    [visit('turn', 'rotate', { at: 10, cookie: 'A1', issued: 'A2', seen: begun }), look(120, 'A1')],
    [visit('turn', 'rotate', { at: 10, cookie: 'A1', issued: 'A2', seen: begun }), look(110, 'A1')],
  ],
]
