/** The panel "your session", and the account page. */
export const sessionStyle = `
.lead { font-size: 1.1rem; color: var(--soft); margin: -.5rem 0 1.5rem; max-width: 42rem; }
.lead strong { color: var(--ink); font-weight: 600; }
.columns { display: grid; gap: 1.75rem 2.5rem; grid-template-columns: repeat(auto-fit, minmax(min(20rem, 100%), 1fr)); align-items: start; }
.columns > * > h2:first-child { margin-top: 0; }
.ended { margin-bottom: 1.25rem; padding: .8rem 1rem; border-radius: .6rem; border: 1px solid var(--problem); background: var(--problem-paper); }
.ended strong { color: var(--problem); }
dl, dd { margin: 0; }
.lent { display: grid; gap: .4rem; }
.lent div { display: flex; gap: 1rem; }
.lent dt { min-width: 4rem; }
.check { display: flex; gap: .6rem; align-items: center; margin: .2rem 0 .8rem; font-weight: 400 !important; }
.check input { width: 1.15rem; height: 1.15rem; min-height: 0; margin: 0; accent-color: var(--accent); }
.devices .card { padding: .75rem 1rem; }
.devices button { min-height: 2.25rem; padding: .2rem .8rem; }
.beside { padding: .5rem .75rem; }
.row.end { justify-content: flex-end; margin: .5rem 0 0; }
table { border-collapse: collapse; width: 100%; }
td { padding: .3rem .5rem .3rem 0; text-align: left; vertical-align: top; }
.history { display: block; padding: .35rem 1rem; }
.history tbody { display: block; }
.history tr { display: flex; justify-content: space-between; gap: 1rem; border-top: 1px solid var(--line); padding: .25rem 0; }
.history tr:first-child { border-top: 0; }
.history td:last-child { white-space: nowrap; padding-right: 0; }
.history .strange td:first-child { color: var(--problem); }
.history + p { margin-top: .75rem; }
.tag {
  display: inline-block; padding: 0 .5em; border-radius: 1em; font-size: .8rem; line-height: 1.5; white-space: nowrap;
  border: 1px solid currentColor; color: var(--soft);
}
.panel { position: sticky; bottom: 0; background: var(--card); border-top: 1px solid var(--line); font-size: .875rem; box-shadow: 0 -2px 12px rgb(0 0 0 / .06); }
.panel summary {
  display: flex; flex-wrap: wrap; gap: .1rem 1rem; align-items: baseline; cursor: pointer; list-style: none;
  max-width: 62rem; margin: 0 auto; padding: .6rem 1.25rem; color: var(--soft);
}
.panel summary::-webkit-details-marker { display: none; }
.panel summary strong { color: var(--ink); }
.panel summary strong::before { content: '▸'; display: inline-block; width: 1.1em; color: var(--accent); }
.panel[open] summary strong::before { content: '▾'; }
.panes {
  display: grid; gap: 1.25rem 2rem; grid-template-columns: repeat(auto-fit, minmax(min(19rem, 100%), 1fr));
  max-width: 62rem; max-height: 60vh; overflow-y: auto; margin: 0 auto; padding: .25rem 1.25rem 1.25rem;
}
.panes h2 { font-size: 1rem; margin: 0 0 .4rem; }
.panes p { margin: .4rem 0; }
.panes .quiet { font-size: .8125rem; }
.panes code { font-size: .8125rem; overflow-wrap: anywhere; }
.panes dl div { display: grid; grid-template-columns: 6rem 1fr; gap: .75rem; padding: .15rem 0; }
.panes dt { color: var(--soft); overflow-wrap: anywhere; }
.clock { display: grid; gap: .15rem; }
meter { width: 100%; height: .6rem; }
meter::-webkit-meter-bar { background: var(--line); border: 0; border-radius: 1em; height: .5rem; }
meter::-webkit-meter-optimum-value { background: var(--accent); border-radius: 1em; }
meter::-moz-meter-bar { background: var(--accent); border-radius: 1em; }
.change { display: flex; flex-wrap: wrap; gap: .2rem .6rem; }
.change del, .change ins { font-family: ui-monospace, monospace; font-size: .8125rem; overflow-wrap: anywhere; text-decoration: none; border-radius: .3rem; padding: 0 .35em; }
.change del { background: var(--problem-paper); color: var(--problem); text-decoration: line-through; }
.change ins { background: var(--notice-paper); color: var(--accent); }
.panes caption { text-align: left; color: var(--soft); padding: .5rem 0 .1rem; }
.panes td { padding: .1rem .6rem .1rem 0; }
.panes td:first-child { white-space: nowrap; }
@media (max-width: 40rem) {
  .panel summary { padding: .55rem 1rem; }
  .panes { padding-inline: 1rem; }
  .panel summary code, .wide { display: none; }
  nav { gap: .25rem .9rem; font-size: .95rem; }
}
`
