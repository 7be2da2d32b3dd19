import { Html } from './html.ts'

export const style: Html = new Html(`
:root{color-scheme:light dark;--paper:#f6f6f4;--card:#fff;--ink:#1d1f21;--soft:#666b70;--line:#e2e2de;--accent:#1c6b58;--again:#946200;--bad:#a8321f;--good-paper:#e4f2ed;--bad-paper:#fbe9e5;--again-paper:#fbf1da}
@media (prefers-color-scheme:dark){:root{--paper:#151719;--card:#1e2124;--ink:#e8e9ea;--soft:#9ba1a6;--line:#33373b;--accent:#6fcbb0;--again:#e6b95c;--bad:#f19a8b;--good-paper:#18352d;--bad-paper:#42211b;--again-paper:#3b2e12}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
header,main,footer{max-width:80rem;margin:0 auto;padding:0 1.5rem}
header{display:flex;flex-wrap:wrap;align-items:baseline;justify-content:space-between;gap:.25rem 1rem;padding-block:1.25rem .9rem}
header p,h1,h2,h3,dl,dd,ol,ul{margin:0}
h1{font-size:1.35rem;letter-spacing:-.01em}
h2{font-size:1rem;margin-bottom:.7rem}
h3{font-size:.875rem;color:var(--soft);font-weight:600;margin:.9rem 0 .2rem}
code,.key,ins,del{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.8667em;overflow-wrap:anywhere}
#live{color:var(--soft)}
#live.on::before{content:'';display:inline-block;width:.55em;height:.55em;margin:0 .4em 0 .5em;border-radius:50%;background:var(--accent)}
main{display:grid;gap:1rem;grid-template-columns:minmax(0,5fr) minmax(0,7fr);align-items:start;padding-bottom:1.5rem}
.column{display:grid;gap:1rem}
section{background:var(--card);border:1px solid var(--line);border-radius:.75rem;padding:1.1rem 1.25rem}
section p{margin:.2rem 0}
.soft,time,footer{color:var(--soft)}
dl div{display:grid;grid-template-columns:8.5rem 1fr;gap:.75rem;padding:.25rem 0}
dt{color:var(--soft)}
dd b{font-variant-numeric:tabular-nums}
meter{display:block;width:100%;height:.55rem;margin-top:.25rem}
meter::-webkit-meter-bar{background:var(--line);border:0;border-radius:1em;height:.4rem}
meter::-webkit-meter-optimum-value{background:var(--accent);border-radius:1em}
meter::-moz-meter-bar{background:var(--accent)}
ul,ol{list-style:none;padding:0}
.tree .tree{margin-left:.45rem;padding-left:.9rem;border-left:1px solid var(--line)}
.tree li{padding:.1rem 0}
.key{color:var(--accent)}
.tag{display:inline-block;padding:0 .55em;border-radius:1em;font-size:.8rem;border:1px solid var(--line);color:var(--soft);white-space:nowrap}
.tag.conflict{color:var(--again);border-color:currentColor}
.tag.warning{color:var(--bad);border-color:currentColor}
.cookie{padding:.4rem 0;border-top:1px solid var(--line)}
.cookie:first-of-type{border-top:0;padding-top:0}
.problem{color:var(--bad)}
.good{color:var(--accent)}
.problem::before{content:'✕ '}.good::before{content:'✓ '}
.advice{color:var(--again);border-top:1px solid var(--line);padding-top:.4rem;margin-top:.4rem}
.lanes{display:grid;grid-template-columns:auto 1fr;gap:0 .9rem;align-items:center;margin-bottom:.75rem;font-size:.8125rem;color:var(--soft)}
svg.lane{width:100%;height:1.5rem;border-bottom:1px solid var(--line);display:block}
circle{fill:var(--accent);fill-opacity:.75}
circle.conflict{fill:var(--again)}circle.warning{fill:var(--bad)}
.axis{display:flex;justify-content:space-between;font-size:.75rem}
.events{max-height:24rem;overflow-y:auto}
.events li{display:grid;grid-template-columns:4.5rem 1fr;gap:.5rem;padding:.3rem .5rem;border-radius:.4rem}
.events li.conflict{background:var(--again-paper)}.events li.conflict b{color:var(--again)}
.events li.warning{background:var(--bad-paper)}.events li.warning b{color:var(--bad)}
time{font-variant-numeric:tabular-nums;font-size:.8667em}
.requests li{padding:.5rem 0;border-top:1px solid var(--line)}
.requests li:first-child{border-top:0;padding-top:0}
.change{padding-left:.9rem;border-left:2px solid var(--line);margin-left:.2rem!important}
ins,del{text-decoration:none;border-radius:.3rem;padding:.05em .4em}
ins{background:var(--good-paper);color:var(--accent)}
del{background:var(--bad-paper);color:var(--bad);text-decoration:line-through}
footer{padding-block:.25rem 1.5rem;font-size:.8667rem}
@media (max-width:52rem){main{grid-template-columns:minmax(0,1fr)}header,main,footer{padding-inline:1rem}section{padding:1rem}dl div{grid-template-columns:1fr;gap:0}}
`)
