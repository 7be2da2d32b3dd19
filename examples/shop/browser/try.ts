/** Runs in the visitor's browser, on the page "Try to break it". */

interface Step {
  lane: string
  /** What the bar says. */
  text: string
  startedAt: number
  endedAt: number
  /** What the storage reported, such as "conflict" or "interrupted". */
  events: string[]
  user: string | null
  count: number
}

interface Verdict {
  held: boolean
  text: string
}

/** Plays one experiment: sends requests, and moves cookies as a thief would. */
class Play {
  readonly steps: Step[] = []

  async send(lane: string, text: string, fields: Record<string, string> = {}): Promise<Step> {
    const startedAt = performance.now()
    const response = await fetch('/try/step', {
      method: 'POST',
      body: new URLSearchParams({ do: 'look', ...fields }),
    })
    if (!response.ok) throw new Error(`The shop answered ${response.status}`)
    const { user, count } = (await response.json()) as { user: string | null; count: number }
    const endedAt = performance.now()
    const events = (response.headers.get('Trial-Events') ?? '').split(' ').filter(Boolean)
    const step = { lane, text, startedAt, endedAt, events, user, count }
    this.steps.push(step)
    return step
  }

  /** What a thief does who can read the cookie. */
  copyCookie(): string {
    return /(?:^|; )trial=([^;]*)/.exec(document.cookie)?.[1] ?? ''
  }

  /** Puts a cookie into this browser, or takes it out. */
  plantCookie(value: string): void {
    const secure = location.protocol === 'https:' ? '; Secure' : ''
    const age = value === '' ? '; Max-Age=0' : ''
    document.cookie = `trial=${value}; Path=/try; SameSite=Lax${secure}${age}`
  }

  /** A moment between two steps, so that one can be seen after the other. */
  pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, milliseconds))
  }
}

/** A user that nobody had before. */
function somebody(): string {
  return crypto.getRandomValues(new Uint32Array(2)).join('')
}

const experiments: Record<string, (play: Play) => Promise<Verdict>> = {
  async tabs(play) {
    await play.send('Tab A', 'visits', { do: 'visit' })
    const tab = (lane: string) =>
      Promise.all(
        [1, 2, 3, 4, 5].map((n) => play.send(lane, '+1', { do: 'add', wait: String(n * 60) })),
      )
    const added = (await Promise.all([tab('Tab A'), tab('Tab B')])).flat()
    const { count } = await play.send('Tab A', 'how many?')
    const again = added.filter(({ events }) => events.includes('conflict')).length
    const last = added.sort((a, b) => a.endedAt - b.endedAt).at(-1)!
    const held = count === 10
    return {
      held,
      text: held
        ? `All 10 arrived. ${again} of them had been overtaken while they worked, and were done again on what the others had left. If the last one to answer had simply written what it had read, plus one, the counter would say ${last.count + 1}.`
        : `Only ${count} of 10 arrived: here the session is its cookie, and the last answer wins.`,
    }
  },

  async logout(play) {
    await play.send('This tab', 'logs in', { do: 'login', user: somebody() })
    const slow = play.send('Slow request', 'saves a change', { do: 'add', wait: '900' })
    await play.pause(200)
    await play.send('This tab', 'logs out', { do: 'logout' })
    const { events } = await slow
    await play.pause(100)
    const { user } = await play.send('This tab', 'who am I?')
    const held = user === null
    const why = events.includes('interrupted')
      ? ' It found the session gone and wrote nothing.'
      : ''
    return {
      held,
      text: held
        ? `Logged out. The slow request had read the session before the logout and finished after it.${why}`
        : 'The slow request brought the login back: here the session is its cookie, and its answer set it again.',
    }
  },

  async planted(play) {
    await play.send('Thief', 'gets an id', { do: 'visit' })
    const planted = play.copyCookie()
    await play.send('Visitor', 'comes with that id')
    await play.send('Visitor', 'logs in', { do: 'login', user: somebody() })
    const own = play.copyCookie()
    play.plantCookie(planted)
    const thief = await play.send('Thief', 'who am I?')
    play.plantCookie(own)
    const visitor = await play.send('Visitor', 'who am I?')
    const held = thief.user === null && visitor.user !== null
    return {
      held,
      text: held
        ? 'The thief is a stranger, and the visitor is logged in. The login gave the session a new id, and the planted one ended with it.'
        : 'The planted cookie is good for a login.',
    }
  },

  async replayed(play) {
    await play.send('Visitor', 'logs in', { do: 'login', user: somebody() })
    const copy = play.copyCookie()
    await play.send('Visitor', 'logs out', { do: 'logout' })
    play.plantCookie(copy)
    const { user } = await play.send('Thief', 'who am I?')
    const held = user === null
    return {
      held,
      text: held
        ? 'The copy is worth nothing. The session ended on the server, and no cookie brings it back.'
        : 'The copy still works: here the session is its cookie, and the server keeps nothing that it could end. An app that needs more gives the storage the option revocations.',
    }
  },

  async forged(play) {
    await play.send('Visitor', 'logs in', { do: 'login', user: somebody() })
    const own = play.copyCookie()
    const place = Math.floor(own.length / 2)
    const other = own[place] === 'A' ? 'B' : 'A'
    play.plantCookie(own.slice(0, place) + other + own.slice(place + 1))
    const thief = await play.send('Thief', 'who am I?')
    const held = thief.user === null && thief.events.includes('tampered')
    return {
      held,
      text: held
        ? 'One changed letter, and the cookie does not open any more. The shop noticed a forged cookie, and went on with a stranger.'
        : 'The changed cookie was accepted.',
    }
  },
}

function element(name: string, className: string, ...content: (Node | string)[]): HTMLElement {
  const made = document.createElement(name)
  if (className !== '') made.className = className
  made.append(...content)
  return made
}

/** What the bars are coloured by. */
function kindOf({ events, text, user }: Step): string {
  if (events.includes('interrupted')) return 'refused'
  if (events.includes('conflict')) return 'again'
  if (text === 'who am I?') return user === null ? 'stranger' : 'known'
  return 'plain'
}

const notes: Record<string, string> = {
  again: 'done again',
  refused: 'wrote nothing',
  stranger: 'a stranger',
  known: 'logged in',
  plain: '',
}

/** A lane for each who sends, a bar for each request, from left to right as time passes. */
function draw(steps: readonly Step[]): HTMLElement {
  const sorted = steps.toSorted((a, b) => a.startedAt - b.startedAt)
  const start = sorted[0]!.startedAt
  const whole = Math.max(...sorted.map(({ endedAt }) => endedAt)) - start
  const lanes = [...new Set(sorted.map(({ lane }) => lane))]
  const drawing = element('div', 'drawing')
  for (const lane of lanes) {
    const rows: Step[][] = []
    for (const step of sorted.filter((one) => one.lane === lane)) {
      const free = rows.find((row) => row.at(-1)!.endedAt < step.startedAt)
      if (free === undefined) rows.push([step])
      else free.push(step)
    }
    const track = element('div', 'track')
    for (const row of rows) {
      const line = element('div', 'line')
      for (const step of row) line.append(bar(step, start, whole))
      track.append(line)
    }
    drawing.append(element('div', 'lane', element('h4', '', lane), track))
  }
  const axis = element(
    'p',
    'axis',
    element('span', '', '0'),
    element('span', '', `${Math.round(whole)} ms`),
  )
  drawing.append(axis)
  return drawing
}

function bar(step: Step, start: number, whole: number): HTMLElement {
  const kind = kindOf(step)
  const left = ((step.startedAt - start) / whole) * 100
  const width = ((step.endedAt - step.startedAt) / whole) * 100
  const made = element('div', `bar ${kind}`)
  made.style.left = `${left}%`
  made.style.width = `${Math.max(width, 1)}%`
  const note = notes[kind] === '' ? '' : `: ${notes[kind]}`
  made.title = `${step.text}${note}, ${Math.round(step.endedAt - step.startedAt)} ms`
  return made
}

/** The same in words, one line for all that did the same in a row. */
function tell(steps: readonly Step[]): HTMLElement {
  const groups: Step[][] = []
  for (const step of steps.toSorted((a, b) => a.endedAt - b.endedAt)) {
    const group = groups.at(-1)
    if (group?.[0]!.text === step.text && group[0].user === step.user) group.push(step)
    else groups.push([step])
  }
  return element('ol', 'told', ...groups.map(line))
}

function line(group: readonly Step[]): HTMLElement {
  const lanes = [...new Set(group.map(({ lane }) => lane))].sort()
  const times = group.length > 1 ? ` × ${group.length}` : ''
  const made = element('li', '', element('b', '', lanes.join(', ')), ` ${group[0]!.text}${times}`)
  for (const kind of Object.keys(notes)) {
    const count = group.filter((step) => kindOf(step) === kind).length
    if (count === 0 || notes[kind] === '') continue
    const text = group.length > 1 ? `${count} ${notes[kind]}` : notes[kind]!
    made.append(' ', element('span', `tag ${kind}`, text))
  }
  return made
}

async function run(card: HTMLElement): Promise<void> {
  const button = card.querySelector('button')!
  const result = card.querySelector<HTMLElement>('.result')!
  const play = new Play()
  button.disabled = true
  result.replaceChildren(element('p', 'quiet', 'Running …'))
  try {
    play.plantCookie('')
    const { held, text } = await experiments[card.id]!(play)
    const verdict = element('p', `verdict ${held ? 'held' : 'broken'}`)
    verdict.append(element('strong', '', held ? 'It held.' : 'It broke.'), ` ${text}`)
    result.replaceChildren(verdict, draw(play.steps), tell(play.steps))
    button.textContent = 'Try again'
  } catch (error) {
    result.replaceChildren(element('p', 'verdict broken', (error as Error).message))
  } finally {
    // Nothing is left behind of the trial.
    await play.send('', '', { do: 'logout' }).catch(() => {})
    play.plantCookie('')
    button.disabled = false
  }
}

// All use the same cookie, so they take turns.
let last: Promise<void> = Promise.resolve()
for (const card of document.querySelectorAll<HTMLElement>('.experiment')) {
  const button = card.querySelector('button')!
  button.disabled = false
  button.addEventListener('click', () => {
    last = last.then(() => run(card))
  })
}
