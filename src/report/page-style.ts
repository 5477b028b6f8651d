/** The pages' style sheet. Light and dark differ in variables only. */
export const pageColours = `
:root {
  color-scheme: light dark;
  --paper: #fcfbf8; --card: #f5f3ed; --ink: #1e1d1a; --soft: #5f5b52; --line: #e2ded4; --accent: #7d5a0b;
  --right: #1d6b4f; --wrong: #a1480f; --failed: #a3262f; --mark: #fbe7a8; --shade: #1e1d1a47;
  --series-1: #2f5fd0; --series-2: #b3520a; --series-3: #0b7a75; --series-4: #7b3fb5;
  --series-5: #b3246b; --series-6: #6b6d00; --series-7: #475569; --series-8: #7a4a2b;
  --heat-0: #f0efe9; --heat-1: #d3e5e1; --heat-2: #a6cfc9; --heat-3: #6fb0aa; --heat-4: #2b7d77; --heat-5: #0f5c58;
  --heat-ink-0: #1e1d1a; --heat-ink-1: #1e1d1a; --heat-ink-2: #1e1d1a; --heat-ink-3: #111; --heat-ink-4: #fff; --heat-ink-5: #fff;
}
@media screen and (prefers-color-scheme: dark) { :root {
  --paper: #161512; --card: #201f1b; --ink: #ece9e1; --soft: #aaa498; --line: #35322c; --accent: #dcb964;
  --right: #74c8a3; --wrong: #eba36b; --failed: #f0888c; --mark: #57470f; --shade: #ece9e140;
  --series-1: #8ab0ff; --series-2: #f0a35e; --series-3: #5cc9c0; --series-4: #c8a0f5;
  --series-5: #f08bb8; --series-6: #c9c95a; --series-7: #a9b4c4; --series-8: #d3a583;
  --heat-0: #262722; --heat-1: #28403d; --heat-2: #2b5b57; --heat-3: #3f8f88; --heat-4: #62b7af; --heat-5: #a3e2da;
  --heat-ink-0: #ece9e1; --heat-ink-1: #ece9e1; --heat-ink-2: #fff; --heat-ink-3: #0b0b0a; --heat-ink-4: #0b0b0a; --heat-ink-5: #0b0b0a;
} }
`;

export const pageStyle = `${pageColours}* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-behavior: smooth; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main, header, footer { max-width: 1136px; margin: 0 auto; padding: 0 24px; }
header { padding-top: 56px; }
h1 { font-size: 34px; line-height: 1.2; letter-spacing: -0.018em; font-weight: 650; max-width: 24em; margin: 10px 0 20px; text-wrap: balance; }
h2 { font-size: 23px; line-height: 1.25; letter-spacing: -0.01em; font-weight: 650; margin: 0 0 6px; }
h3 { font-size: 15px; line-height: 1.35; font-weight: 650; margin: 0 0 4px; overflow-wrap: anywhere; }
p { margin: 0 0 12px; max-width: 70ch; }
section { margin-top: 64px; }
.lede { color: var(--soft); max-width: 66ch; margin-bottom: 24px; }
.brand { font-size: 13px; letter-spacing: 0.02em; color: var(--soft); margin: 0; max-width: none; }
.brand b { color: var(--accent); font-weight: 650; }
a { color: inherit; text-underline-offset: 3px; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
.skip { position: absolute; left: -999px; } .skip:focus { left: 16px; top: 12px; }
.findings { list-style: none; padding: 0; margin: 0 0 28px; max-width: 72ch; }
.findings li { margin: 0 0 8px; color: var(--soft); overflow-wrap: break-word; }
.findings li:first-child { color: var(--ink); font-size: 19px; line-height: 1.5; margin-bottom: 16px; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 300px), 1fr)); gap: 14px 40px; margin: 0; padding: 18px 0; border-block: 1px solid var(--line); }
.facts div { min-width: 0; } .facts dt { font-size: 12px; color: var(--soft); } .facts dd { margin: 0; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.notices { list-style: none; padding: 0; margin: 22px 0 0; font-size: 14px; color: var(--soft); }
.notices li { border-left: 3px solid var(--accent); padding: 1px 0 1px 12px; margin: 0 0 8px; overflow-wrap: anywhere; }
.notices b { color: var(--ink); font-weight: 600; }
.scroll { overflow-x: auto; background: linear-gradient(to right, var(--paper) 40%, transparent) left / 48px 100% no-repeat local, linear-gradient(to left, var(--paper) 40%, transparent) right / 48px 100% no-repeat local, linear-gradient(to right, var(--shade), transparent) left / 16px 100% no-repeat scroll, linear-gradient(to left, var(--shade), transparent) right / 16px 100% no-repeat scroll; }
table { border-collapse: collapse; width: 100%; font-size: 14px; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--soft); font-size: 13px; padding-bottom: 10px; caption-side: top; }
caption span { display: block; max-width: min(calc(100vw - 48px), 70ch); white-space: normal; }
th, td { text-align: right; padding: 10px 0 10px 16px; vertical-align: top; white-space: nowrap; border-bottom: 1px solid var(--line); }
thead th { font-weight: 500; font-size: 12px; color: var(--soft); vertical-align: bottom; white-space: normal; }
th:first-child { text-align: left; padding-left: 0; } tbody th { font-weight: 600; white-space: normal; min-width: 10.5em; max-width: 15em; overflow-wrap: break-word; }
td.words, thead th.words { text-align: left; white-space: normal; min-width: 9em; overflow-wrap: anywhere; } section > h3 { margin: 30px 0 6px; }
td.shares { text-align: left; } thead th.shares { text-align: left; }
.sub { display: block; font-size: 12px; font-weight: 400; color: var(--soft); }
.bar { display: block; width: 120px; height: 10px; margin-top: 4px; }
.bar rect { fill: var(--line); } .bar .range { fill: var(--soft); fill-opacity: 0.45; } .bar .at { fill: var(--ink); }
figure { margin: 0; min-width: 0; }
figcaption { font-size: 13px; line-height: 1.5; color: var(--soft); margin-top: 6px; max-width: 70ch; overflow-wrap: break-word; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 460px), 1fr)); gap: 44px 40px; }
.maps { margin-top: 48px; display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 460px), 1fr)); gap: 40px; }
.chart { display: block; max-width: 100%; height: auto; overflow: visible; color: var(--ink); }
.chart text { font: 11px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; white-space: pre; }
.chart [aria-label$="tick label"], .chart [aria-label$="axis label"] { fill: var(--soft); }
.chart [aria-label$="grid"] { stroke: var(--ink); stroke-opacity: 0.09; }
.chart a { cursor: pointer; } .chart a:hover { opacity: 0.75; }
.narrow, .paper { display: none; }
.key { margin: 6px 0 0; padding-left: 2em; font-size: 13px; line-height: 1.5; color: var(--soft); } .key li { overflow-wrap: anywhere; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 6px 22px; padding: 0; margin: 0 0 22px; font-size: 13px; }
.legend li { display: inline-flex; align-items: center; gap: 7px; overflow-wrap: anywhere; min-width: 0; } .legend svg { flex: none; }
details { border-bottom: 1px solid var(--line); padding: 10px 0; } details > .scroll { margin-top: 12px; }
details th, details td { border-bottom-color: transparent; padding-block: 5px; } details tbody tr:nth-child(odd) { background: var(--card); }
details tbody th { padding-left: 8px; min-width: 8em; } details td:last-child, details thead th:last-child { padding-right: 8px; }
summary { cursor: pointer; font-weight: 600; font-size: 14px; overflow-wrap: anywhere; }
.definitions { display: grid; grid-template-columns: minmax(8em, max-content) 1fr; gap: 8px 28px; font-size: 14px; margin: 0; max-width: 900px; }
.definitions dt { font-weight: 600; } .definitions dd { margin: 0; color: var(--soft); overflow-wrap: anywhere; }
code, pre, .mono { font: 13px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 340px), 1fr)); gap: 32px 48px; }
.candidate { min-width: 0; } .candidate p { font-size: 14px; color: var(--soft); margin-bottom: 8px; }
.candidate .definitions { font-size: 13px; gap: 3px 18px; }
.filters { display: flex; flex-wrap: wrap; gap: 12px 16px; align-items: end; margin-bottom: 14px; }
.filters > div { min-width: 0; max-width: 100%; display: grid; grid-template-columns: minmax(0, max-content); gap: 3px; } .filters label { font-size: 12px; color: var(--soft); }
select, button { font: inherit; font-size: 14px; color: inherit; background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: 6px 10px; max-width: 100%; }
button { cursor: pointer; } button:disabled { opacity: 0.45; cursor: default; }
.trials { list-style: none; padding: 0; margin: 0; border-top: 1px solid var(--line); }
.trials > li { border-bottom: 1px solid var(--line); }
.row { display: grid; grid-template-columns: 5.5em minmax(0, 1.3fr) minmax(0, 1fr) minmax(0, 1.6fr); gap: 4px 16px; width: 100%; text-align: left; background: none; border: 0; border-radius: 0; padding: 10px 6px; font-size: 14px; }
.row:hover { background: var(--card); } .row[aria-expanded="true"] { background: var(--card); }
.row span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; } .row .sub { font-size: 14px; }
.verdict { font-weight: 600; } .verdict.right { color: var(--right); } .verdict.wrong { color: var(--wrong); } .verdict.failed { color: var(--failed); } .verdict.skipped, .verdict.unjudged { color: var(--soft); }
.detail { padding: 8px 6px 28px; } .detail h4 { font-size: 12px; font-weight: 500; color: var(--soft); margin: 16px 0 4px; }
.detail .two { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 320px), 1fr)); gap: 0 32px; }
.detail pre { margin: 0; padding: 10px 12px; background: var(--card); border-radius: 6px; white-space: pre-wrap; overflow-wrap: anywhere; max-height: 22em; overflow-y: auto; position: relative; }
.detail dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 2px 18px; margin: 0; font-size: 13px; font-variant-numeric: tabular-nums; }
.detail dt { color: var(--soft); } .detail dd { margin: 0; overflow-wrap: anywhere; }
.detail mark { background: var(--mark); color: inherit; border-radius: 2px; } .detail mark.cited { background: none; text-decoration: underline 2px var(--wrong); }
.pager { display: flex; flex-wrap: wrap; align-items: center; gap: 12px; margin-top: 14px; font-size: 14px; color: var(--soft); } .pager button { color: var(--ink); }
.loops article { margin-top: 40px; } .loops h4 { font-size: 13px; font-weight: 650; margin: 26px 0 6px; } .loops .findings { margin: 12px 0 0; } .loops .findings li, .loops .findings li:first-child { font-size: 15px; line-height: 1.5; margin: 0 0 6px; color: var(--ink); }
footer { margin-top: 72px; padding-bottom: 64px; font-size: 13px; color: var(--soft); }
[hidden] { display: none !important; }
@media (max-width: 720px) {
  main, header, footer { padding-inline: 20px; } header { padding-top: 32px; } h1 { font-size: 26px; } section { margin-top: 52px; }
  .wide { display: none; } .narrow { display: block; } .narrow .chart { width: 100%; max-width: 480px; }
  .findings li:first-child { font-size: 17px; } .facts { gap: 12px 28px; }
  .definitions { grid-template-columns: 1fr; gap: 0; } .definitions dd { margin-bottom: 10px; }
  .candidate .definitions { grid-template-columns: max-content 1fr; gap: 3px 18px; } .candidate .definitions dd { margin: 0; }
  .row { grid-template-columns: 4.6em minmax(0, 1fr); } .row span:nth-child(n + 3) { grid-column: 2; }
}
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
@media print {
  @page { margin: 14mm; }
  :root { color-scheme: light; --paper: #fff; --card: #f5f5f3; --ink: #000; --soft: #444; --line: #ccc; }
  body { font-size: 10.5pt; } main, header, footer { max-width: none; padding: 0; } header { padding-top: 0; } section { margin-top: 28px; } footer { margin-top: 28px; }
  h1 { font-size: 20pt; } h2 { font-size: 14pt; } .lede { margin-bottom: 12px; } .legend { margin-bottom: 12px; }
  figure, .scroll, tr, .candidate, .notices li, .lede, .legend, #trials { break-inside: avoid; } h2, h3, .lede, .legend, summary { break-after: avoid; }
  .skip, #trial-app, #no-script, .screen { display: none; } .paper { display: block; }
  .wide, .pair .narrow, .maps .narrow { display: block; } .narrow, .pair .wide, .maps .wide { display: none; }
  .pair, .maps, .columns { grid-template-columns: 1fr 1fr; gap: 18px 24px; } .maps { margin-top: 20px; } .pair .scroll { grid-column: 1 / -1; }
  .scroll { overflow: visible; background: none; } table, .sub, thead th, caption { font-size: 7.5pt; } th, td { padding: 5px 0 5px 6px; } tbody th { min-width: 0; max-width: 11em; } .bar { width: 72px; }
  details::details-content { content-visibility: visible; block-size: auto; } details { border: 0; } summary { list-style: none; }
}
`;
