import { begun, count, log, look, visit, type Sentence } from '../hand-made.ts'

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
    'a save gives up',
    [count('one', 10, 'A1', ['begin'], { outcome: 'refused' })],
    [count('one', 10, 'A1', ['begin'], { outcome: 'unknown' })],
  ],
]
