#include "tools/cli/page/style.h"

namespace sshsync::page {

absl::string_view StyleSheet() {
  return R"css(
:root{color-scheme:light dark;--ground:#fcfbf9;--sheet:#ffffff;--ink:#1c1d20;--quiet:#5d6168;--rule:#e3e0da;--grid:#e9e6e1;
--accent:#2d5f8f;--looking:#d9d4ca;--settling:#dce6ef;--well:#226b42;--bad:#b1271d;--held:#8a5a00;--open:#2d5f8f;
--well-ground:#eaf4ee;--bad-ground:#fbecea;--held-ground:#f8f0df;--open-ground:#e8f0f7}
@media (prefers-color-scheme:dark){:root{--ground:#15171a;--sheet:#1c1f23;--ink:#e9e7e3;--quiet:#a2a7ae;--rule:#33373d;--grid:#2b2f34;
--accent:#7fb2e0;--looking:#4a4a46;--settling:#273544;--well:#7fcb9b;--bad:#ff9d94;--held:#e6bb62;--open:#7fb2e0;
--well-ground:#1d2b23;--bad-ground:#33201f;--held-ground:#2f2818;--open-ground:#1e2a36}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
main,footer{max-width:1120px;margin:0 auto;padding:0 28px}
main{padding-top:40px}
h1,h2,h3,p,ul,dl,dd,pre{margin:0}
h1{font-size:30px;line-height:1.22;font-weight:650;letter-spacing:-.015em;text-wrap:balance;max-width:26em}
h2{font-size:18px;font-weight:650;letter-spacing:-.005em;margin-bottom:14px}
h3{font-size:15px;font-weight:650;margin-bottom:6px}
section{margin-top:44px}
code,pre{font-family:ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.88em}
code{overflow-wrap:anywhere}
.brand{display:flex;justify-content:space-between;gap:16px;color:var(--quiet);font-size:13px;margin-bottom:20px}
.brand b{color:var(--ink);letter-spacing:.02em}
.pill{display:inline-flex;align-items:center;gap:7px;border-radius:99px;padding:3px 13px 3px 10px;font-size:13.5px;font-weight:600;margin-bottom:14px}
.pill.well{background:var(--well-ground)}.pill.bad{background:var(--bad-ground)}.pill.held{background:var(--held-ground)}.pill.open{background:var(--open-ground)}
.well>.state,.state.well,.pill.well{color:var(--well)}.bad>.state,.state.bad,.pill.bad{color:var(--bad)}
.held>.state,.state.held,.pill.held{color:var(--held)}.open>.state,.state.open,.pill.open{color:var(--open)}
.lead{color:var(--quiet);font-size:16px;margin-top:10px;max-width:46em}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(128px,1fr));background:var(--sheet);border:1px solid var(--rule);border-radius:9px;overflow:hidden;margin-top:26px}
.figures div{padding:12px 16px;box-shadow:-1px -1px 0 var(--rule)}
.figures dt{color:var(--quiet);font-size:12.5px}
.figures dd{font-size:20px;font-weight:600;font-variant-numeric:tabular-nums;letter-spacing:-.01em;white-space:nowrap}
.asked{margin-top:16px;font-size:13.5px;color:var(--quiet)}
.asked p{margin-top:3px}
.asked code{color:var(--ink)}
.quiet{color:var(--quiet)}
.mark{width:13px;height:13px;vertical-align:-1.5px;flex:none}
.well{--mark:var(--well)}.bad{--mark:var(--bad)}.held{--mark:var(--held)}.open{--mark:var(--open)}
.mark,.card use{color:var(--mark)}
.scroll{overflow-x:auto;padding-bottom:2px}
svg{display:block}.mark{display:inline-block}
.cascade text{font-size:13px;fill:var(--ink)}
.cascade .name{font-weight:650;font-size:14px}
.cascade .number{font-variant-numeric:tabular-nums}
.cascade .quiet{fill:var(--quiet)}
.cascade .right{text-anchor:end}
.cascade .card .state{fill:var(--mark)}
.cascade rect{fill:var(--sheet);stroke:var(--rule)}
.cascade .bad rect,.cascade .held rect{stroke:var(--mark)}
.cascade .bad rect{fill:var(--bad-ground)}.cascade .held rect{fill:var(--held-ground)}
.cascade .source rect{fill:none;stroke-dasharray:3 3;stroke:var(--quiet)}
.edge{fill:none;stroke:var(--quiet);stroke-width:1.4;opacity:.6}.edge.bad,.edge.held{stroke-dasharray:4 4}
.narrow{display:none}
.legend{font-size:13px;color:var(--quiet);margin-bottom:10px}
.legend span{margin-right:16px;white-space:nowrap}
.legend i{display:inline-block;width:18px;height:10px;border-radius:2px;margin-right:6px}
i.looking{background:var(--looking)}i.bar{background:var(--accent)}i.settling{background:var(--settling)}
.lane{display:grid;grid-template-columns:168px minmax(0,1fr) 84px;gap:14px;align-items:center;padding:4px 0}
.who{font-size:13px;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.much{font-size:13px;text-align:right;font-variant-numeric:tabular-nums;color:var(--quiet);white-space:nowrap}
.stretched{width:100%}
.looking{fill:var(--looking)}.settling{fill:var(--settling)}.bar{fill:var(--accent)}.broken{fill:var(--bad)}
.grid{stroke:var(--grid);stroke-width:1;vector-effect:non-scaling-stroke}
.axis{position:relative;height:18px;font-size:12px;color:var(--quiet);font-variant-numeric:tabular-nums}
.axis span{position:absolute;white-space:nowrap}.axis .last{transform:translateX(-100%)}
.scale{display:flex;flex-direction:column;justify-content:space-between;text-align:right;font-size:12px;color:var(--quiet);font-variant-numeric:tabular-nums;height:100%;line-height:1}
.tall{align-items:stretch}
.area{fill:var(--accent);fill-opacity:.28;stroke:var(--accent);stroke-width:1.5;vector-effect:non-scaling-stroke}
.history{border-bottom:1px solid var(--rule)}
.lanes+.scroll{margin-top:18px}
.column{fill:var(--mark);fill-opacity:.55}.column.current{fill-opacity:1}
table{border-collapse:collapse;width:100%;font-size:14px}
th,td{text-align:left;padding:6px 12px 6px 0;vertical-align:baseline;font-weight:400;border-bottom:1px solid var(--rule);white-space:nowrap}
thead th{color:var(--quiet);font-size:12.5px}
tbody th{font-weight:600}
th:last-child,td:last-child{padding-right:0}
th.number,td.number{text-align:right;font-variant-numeric:tabular-nums}
tr.current th,tr.current td{background:var(--open-ground)}
tr.current th{box-shadow:-8px 0 0 var(--open-ground)}
article{border-left:3px solid var(--mark);background:var(--sheet);border-radius:0 9px 9px 0;padding:16px 20px;margin-bottom:14px;box-shadow:inset 0 0 0 1px var(--rule)}
.message{font-weight:550;overflow-wrap:anywhere}
.hint{color:var(--quiet)}.hint::before{content:"→ "}
.alike+.alike,article>p+.alike,article>pre+.alike{border-top:1px solid var(--rule);margin-top:14px;padding-top:14px}
.command{margin-top:8px;font-size:13.5px}
.names{list-style:none;padding:0;margin:6px 0 4px}
summary{cursor:pointer;color:var(--quiet);font-size:13.5px}
pre{margin-top:8px;padding:10px 14px;background:var(--ground);border:1px solid var(--rule);border-radius:6px;overflow-x:auto;line-height:1.45;max-height:26em}
footer{margin-top:56px;margin-bottom:40px;color:var(--quiet);font-size:13px}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
@media (max-width:720px){
main,footer{padding-left:16px;padding-right:16px}main{padding-top:22px}h1{font-size:24px}section{margin-top:34px}
.wide,.lesser{display:none}.narrow{display:block}
.figures{grid-template-columns:repeat(2,1fr)}.axis .late{transform:translateX(-100%)}
.lane{grid-template-columns:minmax(0,1fr) auto;gap:2px 10px}.lane svg.stretched,.lane .axis{grid-column:1/-1;grid-row:2}.lane .axis{margin-top:-4px}
.tall{grid-template-columns:76px minmax(0,1fr)}.lane.tall+.lane .axis{margin-left:86px}.tall .scale{grid-row:1}.lane.tall svg.stretched{grid-column:2;grid-row:1}.tall .much{display:none}
article{padding:12px 14px}
}
@media print{
:root{color-scheme:light;--ground:#fff;--sheet:#fff;--ink:#000;--quiet:#444;--rule:#ccc;--grid:#ddd;--accent:#2d5f8f;--looking:#d9d4ca;--settling:#dce6ef;
--well:#226b42;--bad:#b1271d;--held:#8a5a00;--open:#2d5f8f;--well-ground:#fff;--bad-ground:#fff;--held-ground:#fff;--open-ground:#fff}
@page{margin:14mm}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}
body{font-size:10.5pt}main,footer{max-width:none;padding:0}main{padding-top:0}section{margin-top:22px}
section,.alike,.lane,tr,.figures,pre{break-inside:avoid}section:has(table),section:has(article){break-inside:auto}
h2,h3{break-after:avoid}
.wide{display:block;max-width:100%;height:auto}.narrow{display:none}.lesser{display:none}
.figures{grid-template-columns:repeat(auto-fit,minmax(92px,1fr))}.figures dd{font-size:13pt}
pre{max-height:none;overflow:visible;white-space:pre-wrap;overflow-wrap:anywhere}.scroll{overflow:visible}
.pill{border:1px solid currentColor}
}
)css";
}

absl::string_view MarkSymbols() {
  return R"svg(<svg width="0" height="0" style="position:absolute" aria-hidden="true"><defs>
<symbol id="mark-well" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7.5" fill="currentColor" fill-opacity=".16"/><path d="M4.4 8.4l2.5 2.6 4.8-5.6" fill="none" stroke="currentColor" stroke-width="1.9" stroke-linecap="round" stroke-linejoin="round"/></symbol>
<symbol id="mark-bad" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7.5" fill="currentColor" fill-opacity=".16"/><path d="M5.2 5.2l5.6 5.6M10.8 5.2l-5.6 5.6" fill="none" stroke="currentColor" stroke-width="1.9" stroke-linecap="round"/></symbol>
<symbol id="mark-held" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7.5" fill="currentColor" fill-opacity=".16"/><path d="M6.1 5v6M9.9 5v6" fill="none" stroke="currentColor" stroke-width="1.9" stroke-linecap="round"/></symbol>
<symbol id="mark-open" viewBox="0 0 16 16"><circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" stroke-width="1.6" stroke-dasharray="3 2.2"/><circle cx="8" cy="8" r="2.4" fill="currentColor"/></symbol>
</defs></svg>
)svg";
}

}  // namespace sshsync::page
