/** The page "Try to break it". */
export const tryStyle = `
.experiments { display: grid; gap: 1.25rem; grid-template-columns: repeat(auto-fit, minmax(min(26rem, 100%), 1fr)); align-items: start; }
.experiments .card { padding: 1.25rem; }
.experiments h2 { margin: 0 0 .5rem; }
.experiments p { margin: 0 0 .9rem; }
.experiments p:last-child { margin: 0; }
button:disabled { opacity: .55; cursor: default; }
.result:not(:empty) { margin-top: 1.1rem; }
.verdict { padding: .6rem .9rem; border-radius: .5rem; }
.verdict.held { background: var(--notice-paper); }
.verdict.held strong { color: var(--accent); }
.verdict.broken { background: var(--problem-paper); }
.verdict.broken strong { color: var(--problem); }
.drawing { margin: 0 0 .9rem; }
.lane { display: grid; grid-template-columns: 6.5rem 1fr; gap: .75rem; align-items: center; padding: .4rem 0; border-top: 1px solid var(--line); }
.lane h4 { margin: 0; font-size: .875rem; font-weight: 600; }
.track { display: grid; gap: 3px; min-width: 0; }
.line { position: relative; height: .7rem; }
.bar { position: absolute; inset-block: 0; min-width: 5px; border-radius: 1em; background: color-mix(in srgb, var(--soft) 55%, var(--card)); }
.bar.again { background: var(--again); }
.bar.refused, .bar.stranger { background: var(--problem); }
.bar.known { background: var(--accent); }
.axis { display: flex; justify-content: space-between; margin: 0 0 0 7.25rem !important; border-top: 1px solid var(--line); padding-top: .15rem; font-size: .75rem; color: var(--soft); font-variant-numeric: tabular-nums; }
.told { margin: 0; padding-left: 1.4rem; font-size: .9rem; }
.told li { padding: .1rem 0; }
.told li::marker { color: var(--soft); }
.tag.again { color: var(--again); }
.tag.refused, .tag.stranger { color: var(--problem); }
.tag.known { color: var(--accent); }
.promises { list-style: none; padding: 0; margin: 0 0 1rem; display: grid; gap: .35rem; }
.promises li { padding-left: 1.6rem; position: relative; }
.promises li::before { position: absolute; left: 0; font-weight: 700; }
.promises .kept::before { content: '✓'; color: var(--accent); }
.promises .open::before { content: '✕'; color: var(--problem); }
:root { --again: #9a6a00; }
@media (prefers-color-scheme: dark) { :root { --again: #e3b75a; } }
@media (max-width: 40rem) {
  .lane { grid-template-columns: 1fr; gap: .25rem; }
  .axis { margin-left: 0 !important; }
}
`
