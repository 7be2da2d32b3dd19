import { begun, count, log, look, span, visit, type Sentence } from '../hand-made.ts'

/** What is lost. */
export const changes: readonly Sentence[] = [
  [
    'changes are kept',
    'a change that was acknowledged is lost',
    [count('one', 10, 'A1', ['begin']), look(20, 'A1', log())],
    [count('one', 10, 'A1', ['begin']), look(20, 'A1', log('one'))],
  ],
  [
    'changes are kept',
    'a change is made twice',
    [count('one', 10, 'A1', ['begin']), look(20, 'A1', log('one', 'one'))],
    [count('one', 10, 'A1', ['begin'], { outcome: 'unknown' }), look(20, 'A1', log('one'))],
  ],
  [
    'changes are kept',
    'a key that only one lane sets has an older value',
    [
      visit('one', 'set', { at: 10, cookie: 'A1', seen: begun }),
      visit('two', 'set', { at: 20, cookie: 'A1', seen: { ...begun, own: { a0: 'one' } } }),
      look(30, 'A1', { ...begun, own: { a0: 'one' } }),
    ],
    [
      visit('one', 'set', { at: 10, cookie: 'A1', seen: begun }),
      visit('two', 'set', {
        at: 20,
        cookie: 'A1',
        seen: { ...begun, own: { a0: 'one' } },
        outcome: 'unknown',
      }),
      look(30, 'A1', { ...begun, own: { a0: 'one' } }),
    ],
  ],
  [
    'changes are kept',
    'a message is lost that nobody has seen',
    [visit('one', 'flash', { at: 10, cookie: 'A1', seen: begun }), look(20, 'A1')],
    [
      visit('one', 'flash', { at: 10, cookie: 'A1', seen: begun }),
      look(20, 'A1', { ...begun, flash: ['one'] }, { outcome: 'written' }),
      look(30, 'A1'),
    ],
  ],
  [
    'changes are kept',
    'a message is seen again',
    [
      visit('one', 'flash', { at: 10, cookie: 'A1', seen: begun }),
      look(20, 'A1', { ...begun, flash: ['one'] }, { outcome: 'written' }),
      look(30, 'A1', { ...begun, flash: ['one'] }),
    ],
    [
      visit('one', 'flash', { at: 10, cookie: 'A1', seen: begun }),
      look(20, 'A1', { ...begun, flash: ['one'] }, { outcome: 'unknown' }),
      look(30, 'A1', { ...begun, flash: ['one'] }),
    ],
  ],
  [
    'changes are kept',
    'what was read before its id was changed, and saved after that, is not under the new id',
    [
      visit('turn', 'rotate', { at: 10, cookie: 'A1', issued: 'A2', seen: begun }),
      count('slow', 10, 'A1', ['begin'], { saving: span(20, 22), outcome: 'old' }),
      look(30, 'A1', log('slow')),
      look(30, 'A2', log('turn')),
    ],
    [
      visit('turn', 'rotate', { at: 10, cookie: 'A1', issued: 'A2', seen: begun }),
      count('slow', 10, 'A1', ['begin'], { saving: span(20, 22), outcome: 'old' }),
      look(30, 'A1', log('slow')),
      look(30, 'A2', log('turn', 'slow')),
    ],
  ],
  [
    'ids stay apart',
    'what was read after its id was changed is under the new id, though nobody was told that it was saved',
    [
      visit('turn', 'rotate', { at: 10, cookie: 'A1', issued: 'A2', seen: begun }),
      count('slow', 20, 'A1', ['begin'], { outcome: 'unknown' }),
      look(30, 'A2', log('turn', 'slow')),
    ],
    [
      visit('turn', 'rotate', { at: 10, cookie: 'A1', issued: 'A2', seen: begun }),
      count('slow', 10, 'A1', ['begin'], { saving: span(20, 22), outcome: 'unknown' }),
      look(30, 'A2', log('turn', 'slow')),
    ],
  ],
  [
    'changes are kept',
    'a login that lost a race has not what it had seen',
    [
      count('one', 7, 'A1', ['begin'], { saving: span(8, 9) }),
      visit('kill', 'kill', { at: 10, cookie: 'A1', issued: 'A2', seen: log('one') }),
      visit('login', 'login', {
        at: 10,
        cookie: 'A1',
        issued: 'B1',
        userId: 'u',
        loginAt: 13,
        seen: log('one'),
      }),
      look(30, 'B1', { ...log('login'), userId: 'u' }),
    ],
    [
      count('one', 10, 'A1', ['begin'], { saving: span(13, 14) }),
      visit('kill', 'kill', { at: 10, cookie: 'A1', issued: 'A2', seen: log() }),
      visit('login', 'login', {
        at: 10,
        cookie: 'A1',
        issued: 'B1',
        userId: 'u',
        loginAt: 13,
        seen: log(),
      }),
      look(30, 'B1', { ...log('login'), userId: 'u' }),
    ],
  ],
  [
    'changes are kept',
    'a save gives up',
    [count('one', 10, 'A1', ['begin'], { outcome: 'refused' })],
    [count('one', 10, 'A1', ['begin'], { outcome: 'unknown' })],
  ],
]
