import { storage } from './sessions.js'

const style = `
body { font: 1rem/1.6 system-ui, sans-serif; max-width: 34rem; margin: 3rem auto; padding: 0 1rem; }
form, li { display: flex; gap: .5rem; align-items: center; margin: .75rem 0; }
input { flex: 1; min-width: 0; } input, button { font: inherit; padding: .4rem .7rem; }
ul { padding: 0; } [role=status]:empty { display: none; }
:root { color-scheme: light dark; }`

export function homePage(session) {
  const { userId } = session
  const cart = session.get('cart') ?? []
  return page(
    userId === undefined ? 'Good evening' : `Good evening, ${userId}`,
    `<p role="status">${escaped(session.get('notice') ?? '')}</p>
    <p>${cart.length} in the cart: ${escaped(cart.join(', ') || 'nothing yet')}</p>
    ${form('add', '<input name="item" value="scarf" aria-label="Item" required><button>Add</button>')}
    ${
      userId === undefined
        ? form(
            'login',
            '<input name="name" aria-label="Name" placeholder="Name" required><button>Log in</button>',
          )
        : form('logout', '<button>Log out</button>')
    }
    <p><a href="/account">Your devices</a></p>`,
  )
}

/** Only for those who are logged in. */
export async function accountPage(session) {
  const devices = await storage.sessionsOf(session.userId)
  const lines = devices.map(({ handle, label }) => {
    const isOwn = handle === session.handle
    const end = form(
      'end',
      `<input type="hidden" name="handle" value="${handle}"><button>End</button>`,
    )
    return `<li>${escaped(label ?? 'A browser')} ${isOwn ? '(this one)' : end}</li>`
  })
  return page('Your devices', `<ul>${lines.join('')}</ul><p><a href="/">Back</a></p>`)
}

function form(what, content) {
  return `<form method="post" action="/do/${what}">${content}</form>`
}

function page(title, body) {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${escaped(title)}</title>
    <style>${style}</style>
  </head>
  <body>
    <h1>${escaped(title)}</h1>
    ${body}
  </body>
</html>`
}

function escaped(text) {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
