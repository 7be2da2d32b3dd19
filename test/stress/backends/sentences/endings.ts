import { begun, count, handle, look, order, span, visit, type Sentence } from '../hand-made.ts'

/** What has ended. */
export const endings: readonly Sentence[] = [
  [
    'an end is final',
    'a session is read after it was destroyed',
    [
      visit('end', 'destroy', { at: 10, cookie: 'A1', seen: begun, outcome: 'ended' }),
      count('one', 20, 'A1', ['begin'], { outcome: 'gone' }),
    ],
    [
      visit('end', 'destroy', { at: 10, cookie: 'A1', seen: begun, outcome: 'unknown' }),
      count('one', 20, 'A1', ['begin'], { outcome: 'gone' }),
    ],
  ],
  [
    'an end is final',
    'a session is saved after it was revoked',
    [
      order(5, { type: 'revoke', handle }),
      count('one', 4, 'A1', ['begin'], { saving: span(8, 9) }),
    ],
    [
      order(5, { type: 'revoke', handle }),
      count('one', 4, 'A1', ['begin'], { saving: span(6, 9) }),
    ],
  ],
  [
    'an end is final',
    'a session is changed after another login of its user has taken its place',
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
      count('late', 30, 'A2', ['begin', 'first']),
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
        userId: 'other',
        loginAt: 13,
        saving: span(20, 22),
      }),
      count('late', 30, 'A2', ['begin', 'first']),
    ],
  ],
  [
    'a use revives nothing',
    'a session is used again after it was destroyed',
    [
      visit('end', 'destroy', { at: 10, cookie: 'A1', seen: begun, outcome: 'ended' }),
      look(10, 'A1', begun, { saving: span(18, 20), outcome: 'written' }),
    ],
    [
      visit('end', 'destroy', { at: 10, cookie: 'A1', seen: begun, outcome: 'ended' }),
      look(10, 'A1', begun, { saving: span(14, 20), outcome: 'written' }),
    ],
  ],
  [
    'all sessions of a user end',
    'a session is read after all of its user had ended',
    [
      visit('login', 'login', { at: 10, issued: 'B1', userId: 'u', loginAt: 13 }),
      order(20, { type: 'revokeAll', userId: 'u' }),
      look(30, 'B1', { log: ['login'], userId: 'u' }),
    ],
    [
      visit('login', 'login', { at: 10, issued: 'B1', userId: 'u', loginAt: 20 }),
      order(20, { type: 'revokeAll', userId: 'u' }),
      look(30, 'B1', { log: ['login'], userId: 'u' }),
    ],
  ],
  [
    'all sessions of a user end',
    'a login is refused though nobody had ended the session that took the place of its own',
    [
      visit('kill', 'kill', { at: 2, cookie: 'A1', issued: 'A2', seen: begun }),
      visit('first', 'login', {
        at: 10,
        cookie: 'A1',
        issued: 'B1',
        userId: 'u',
        loginAt: 13,
        isUnknown: true,
      }),
      visit('refused', 'login', {
        at: 30,
        cookie: 'A1',
        issued: 'C1',
        userId: 'u',
        loginAt: 33,
        outcome: 'revoked',
        isUnknown: true,
      }),
    ],
    [
      visit('kill', 'kill', { at: 2, cookie: 'A1', issued: 'A2', seen: begun }),
      visit('end', 'destroy', {
        at: 20,
        cookie: 'B1',
        seen: { log: ['first'], userId: 'u' },
        outcome: 'ended',
      }),
      visit('first', 'login', {
        at: 10,
        cookie: 'A1',
        issued: 'B1',
        userId: 'u',
        loginAt: 13,
        isUnknown: true,
      }),
      visit('refused', 'login', {
        at: 30,
        cookie: 'A1',
        issued: 'C1',
        userId: 'u',
        loginAt: 33,
        outcome: 'revoked',
        isUnknown: true,
      }),
    ],
  ],
  [
    'all sessions of a user end',
    'a session that has ended is in the list',
    [
      order(10, { type: 'revoke', handle }),
      order(20, { type: 'list', userId: 'u', handles: [handle] }),
    ],
    [
      order(10, { type: 'revoke', handle }),
      order(12, { type: 'list', userId: 'u', handles: [handle] }),
    ],
  ],
  [
    'all sessions of a user end',
    'a session that lives is not in the list',
    [
      visit('login', 'login', { at: 10, issued: 'B1', userId: 'u', loginAt: 13 }),
      order(20, { type: 'list', userId: 'u', handles: [] }),
    ],
    [
      visit('login', 'login', { at: 10, issued: 'B1', userId: 'u', loginAt: 13 }),
      order(14, { type: 'list', userId: 'u', handles: [] }),
    ],
  ],
  [
    'all sessions of a user end',
    'a login is refused for a revocation that was over before',
    [
      order(5, { type: 'revokeAll', userId: 'u' }),
      visit('login', 'login', {
        at: 10,
        cookie: 'A1',
        issued: 'A2',
        seen: begun,
        userId: 'u',
        loginAt: 13,
        outcome: 'revoked',
      }),
    ],
    [
      order(12, { type: 'revokeAll', userId: 'u' }),
      visit('login', 'login', {
        at: 10,
        cookie: 'A1',
        issued: 'A2',
        seen: begun,
        userId: 'u',
        loginAt: 13,
        outcome: 'revoked',
      }),
    ],
  ],
]
