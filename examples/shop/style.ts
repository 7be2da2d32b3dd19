import { address } from './address.ts'
import { fontStyle } from './fonts.ts'
import { sessionStyle } from './style-session.ts'
import { tryStyle } from './style-try.ts'

const shopStyle = `
:root {
  --paper: #f7f3ec;
  --card: #fffdf9;
  --ink: #22201c;
  --soft: #6b645a;
  --line: #e2d9ca;
  --accent: #1f5c4d;
  --on-accent: #ffffff;
  --problem: #9c2f22;
  --problem-paper: #fbe9e4;
  --notice-paper: #e3efe9;
  --serif: Fraunces, 'Iowan Old Style', 'Palatino Linotype', Palatino, Georgia, serif;
  color-scheme: light dark;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #191714;
    --card: #23201c;
    --ink: #efe9df;
    --soft: #a89f92;
    --line: #3a352e;
    --accent: #7cc4ae;
    --on-accent: #10231d;
    --problem: #f2a497;
    --problem-paper: #3d211c;
    --notice-paper: #1d332b;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0;
  min-height: 100vh;
  display: flex;
  flex-direction: column;
  background: var(--paper);
  color: var(--ink);
  font: 1rem/1.55 Figtree, system-ui, sans-serif;
}
header, main, footer { width: 100%; max-width: 62rem; margin: 0 auto; padding: 0 1.25rem; }
header, nav, .row { display: flex; align-items: center; gap: .75rem 1.25rem; flex-wrap: wrap; }
header { justify-content: space-between; padding-block: 1.1rem; border-bottom: 1px solid var(--line); }
main { flex: 1; padding-block: 1.75rem 3rem; }
footer { padding-block: 1rem 1.5rem; border-top: 1px solid var(--line); color: var(--soft); font-size: .875rem; }
footer p { margin: .2rem 0; }
h1, h2, .brand { font-family: var(--serif); line-height: 1.2; font-weight: 600; text-wrap: balance; }
h1 { font-size: clamp(1.6rem, 5vw, 2.3rem); margin: 0 0 1.25rem; }
h2 { font-size: 1.25rem; margin: 2rem 0 .75rem; }
a { color: var(--accent); text-underline-offset: .2em; }
header a, .card a { color: inherit; text-decoration: none; }
header a:hover, .card a:hover { text-decoration: underline; }
.brand { font-size: 1.35rem; letter-spacing: .01em; }
ul { padding-left: 1.1rem; }
.products, .lines, .seen { list-style: none; padding: 0; margin: 0; }
.products { display: grid; gap: 1.25rem; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); }
.lines { display: grid; gap: .75rem; margin-bottom: 1.25rem; }
.seen { display: flex; flex-wrap: wrap; gap: .4rem 1.25rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .8rem; padding: 1rem; }
.card h2 { margin: .9rem 0 .5rem; }
.products .row, .total { justify-content: space-between; }
.total { font-size: 1.2rem; padding: .25rem 1rem; }
.grow { flex: 1 1 9rem; }
.grow p { margin: 0; }
.price { font-variant-numeric: tabular-nums; font-weight: 600; }
.quiet { color: var(--soft); font-size: .9rem; }
.count {
  display: inline-block; min-width: 1.6em; padding: 0 .5em; border-radius: 1em; text-align: center;
  background: var(--accent); color: var(--on-accent); font-size: .85em; font-weight: 600;
}
.picture {
  display: block; width: 100%; aspect-ratio: 4 / 3; padding: 1.5rem; border-radius: .5rem;
  background: color-mix(in srgb, var(--dye) 18%, var(--card));
  color: color-mix(in srgb, var(--dye) 55%, var(--ink));
  fill: none; stroke: currentColor; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round;
}
.wool-coat { --dye: #b5813f; }
.umbrella { --dye: #2f7d9a; }
.felt-hat { --dye: #7a6a8e; }
.scarf { --dye: #b8523e; }
.rain-boots { --dye: #b79a1e; }
.mittens { --dye: #3d8a67; }
.lines .picture { width: 4.5rem; padding: .4rem; }
.product { display: grid; gap: 2rem; grid-template-columns: repeat(auto-fit, minmax(16rem, 1fr)); align-items: center; }
.product .price { font-size: 1.25rem; }
form { margin: 0; }
.narrow { max-width: 26rem; margin: 0 auto; }
.fields { display: grid; gap: .35rem; padding: 1.25rem; }
.fields p { margin: 0 0 .6rem; }
.fields label { font-weight: 600; }
.fields input { margin-bottom: .75rem; }
input, button, .button { font: inherit; border-radius: .5rem; min-height: 2.75rem; padding: .45rem .9rem; }
input { width: 100%; border: 1px solid var(--soft); background: var(--paper); color: inherit; }
input[type='number'] { width: 4.75rem; }
button, .button {
  display: inline-block; border: 1px solid var(--accent); background: var(--accent); color: var(--on-accent);
  font-weight: 600; cursor: pointer; text-decoration: none;
}
button:hover, .button:hover { filter: brightness(1.1); }
button.quiet { background: transparent; color: var(--ink); border-color: var(--line); font-size: 1rem; }
button.link { min-height: 0; padding: 0; border: 0; background: none; color: inherit; font-weight: 400; }
button.link:hover { text-decoration: underline; text-underline-offset: .2em; }
:focus-visible { outline: 3px solid color-mix(in srgb, var(--accent) 60%, transparent); outline-offset: 2px; }
.flash:empty { display: none; }
.flash { margin-bottom: 1.25rem; padding: .7rem 1rem; border-radius: .6rem; border-left: 4px solid var(--accent); background: var(--notice-paper); }
.flash.problem { border-color: var(--problem); background: var(--problem-paper); color: var(--problem); }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
code { font-size: .95em; }
@media (max-width: 40rem) {
  header, main, footer { padding-inline: 1rem; }
  .products { gap: .75rem; grid-template-columns: 1fr 1fr; }
  .products .card { padding: .6rem; }
  .products .card:last-child:nth-child(odd) { grid-column: 1 / -1; }
  .products .card:last-child:nth-child(odd) .picture { aspect-ratio: 5 / 2; }
  .products .row { gap: .5rem; }
  .products form, .products button { width: 100%; }
  .products .picture { padding: .75rem; }
  .card h2 { font-size: 1.05rem; margin: .6rem 0 .3rem; }
}
`

export const css = fontStyle + shopStyle + sessionStyle + tryStyle

/** The address changes with the content, so a browser may keep it for ever. */
export const styleAddress = address('style', 'css', css)
