/** How the page looks, by day and by night. The script reads its colours from here. */
export const reportStyle = `
:root {
  color-scheme: light dark;
  --ground: #ffffff; --panel: #f6f7f9; --line: #dfe3e8; --text: #1b2430; --faint: #66717f;
  --ok: #2f7ed8; --fail: #d99a1b; --info: #d6336c; --violation: #e00030; --good: #1a7f4b;
  --partition: #7c4dbd; --kill: #c2410c; --pause: #b7860b; --clock: #0e7490; --link: #4d7c0f; --member: #64748b;
  --heal: #1a7f4b; --gap: rgba(214, 51, 108, 0.09);
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #12161c; --panel: #1a2029; --line: #2c3541; --text: #e4e9ef; --faint: #93a0af;
    --ok: #5aa2f0; --fail: #e5b04a; --info: #f0628f; --violation: #ff4d6d; --good: #4cc38a;
    --partition: #a78bdf; --kill: #f08a5d; --pause: #d9b44a; --clock: #4fb3cc; --link: #9ccc52; --member: #94a3b8;
    --heal: #4cc38a; --gap: rgba(240, 98, 143, 0.13);
  }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 24px; max-width: 1800px; background: var(--ground); color: var(--text);
  font: 14px/1.45 system-ui, -apple-system, "Segoe UI", sans-serif; }
h1 { font-size: 22px; margin: 8px 0 2px; } h2 { font-size: 16px; margin: 28px 0 8px; }
h3 { font-size: 12px; margin: 0; font-weight: 600; color: var(--faint); }
p { margin: 0; } code, pre { font: 12px/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
.run { color: var(--faint); } code { overflow-wrap: anywhere; }
.verdict { display: inline-block; padding: 4px 12px; border-radius: 4px; color: #fff; font-weight: 600; background: var(--good); }
.verdict.violation { background: var(--violation); } .verdict.undecided { background: var(--fail); }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(230px, 1fr)); gap: 12px; margin-top: 18px; }
.card { background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: 10px 14px; overflow-wrap: anywhere; }
.card .value { font-size: 22px; font-weight: 600; font-variant-numeric: tabular-nums; } .card p { color: var(--faint); font-size: 12.5px; }
.card .value { color: var(--text); }
.findings { list-style: none; margin: 0; padding: 0; }
.findings li { border-left: 4px solid var(--violation); background: var(--panel); padding: 8px 12px; margin-bottom: 8px; }
.findings h3 { color: var(--text); font-size: 14px; } pre { margin: 4px 0 0; overflow-x: auto; }
.controls { display: flex; flex-wrap: wrap; gap: 6px 16px; align-items: center; margin-bottom: 8px; color: var(--faint); }
select, button { font: inherit; color: var(--text); background: var(--panel); border: 1px solid var(--line); border-radius: 4px; padding: 2px 8px; }
.swatch { display: inline-block; width: 10px; height: 10px; margin: 0 3px 0 8px; }
.swatch.ok { background: var(--ok); } .swatch.fail { background: var(--fail); } .swatch.info { background: var(--info); }
.dot { display: inline-block; width: 10px; height: 10px; border-radius: 50%; margin: 0 4px 0 8px; }
td .dot { margin-left: 0; }
.dot.partition { background: var(--partition); } .dot.kill { background: var(--kill); } .dot.pause { background: var(--pause); }
.dot.clock { background: var(--clock); } .dot.link { background: var(--link); } .dot.member { background: var(--member); }
#timeline { position: relative; border: 1px solid var(--line); border-radius: 6px; overflow: hidden; }
canvas { display: block; width: 100%; cursor: crosshair; touch-action: pan-y; }
#tip { position: absolute; pointer-events: none; max-width: 460px; background: var(--ground); border: 1px solid var(--line);
  border-radius: 4px; padding: 6px 9px; font-size: 12.5px; box-shadow: 0 2px 10px rgba(0, 0, 0, 0.25); white-space: pre-line; overflow-wrap: anywhere; }
.columns { display: grid; grid-template-columns: minmax(0, 3fr) minmax(240px, 1fr); gap: 32px; }
@media (max-width: 900px) { .columns { grid-template-columns: 1fr; } }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: 3px 12px 3px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--faint); font-size: 12px; font-weight: 600; } tr[data-from] { cursor: pointer; } tr[data-from]:hover { background: var(--panel); }
`;
