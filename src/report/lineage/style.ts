/** How a lineage looks, in the page and in a picture of its own. */
import { pageColours, pageStyle } from "../page-style.ts";

const drawing = `
.lineage text { font-family: system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; fill: var(--ink); }
.lineage .title { font-size: 15px; font-weight: 680; } .lineage .name { font-size: 13px; font-weight: 600; }
.lineage .sub { font-size: 12px; fill: var(--soft); } .lineage .band text { font-size: 12.5px; font-weight: 600; fill: var(--soft); }
.lineage .band line { stroke: var(--line); stroke-width: 1; }
.lineage a { cursor: pointer; text-decoration: none; }
.lineage .box { fill: var(--paper); stroke-width: 1; stroke-opacity: 0.55; } .lineage .idea .box { fill: var(--card); stroke-width: 2; stroke-opacity: 1; }
.lineage .node.unverified .box { stroke-dasharray: 4 3; }
.lineage .reach { fill: none; stroke: transparent; stroke-width: 15; }
.lineage .edge { --edge: var(--soft); }
.lineage .trunk { fill: none; stroke: var(--soft); stroke-width: 2; }
.lineage .line { fill: none; stroke: var(--edge); stroke-width: 1.5; } .lineage .mark { fill: var(--edge); }
.lineage .develops { --edge: var(--ink); } .lineage .develops .line { stroke-width: 3; }
.lineage .validates-at-scale { --edge: var(--right); } .lineage .validates-at-scale .line { stroke-width: 2; }
.lineage .tick { fill: none; stroke: var(--paper); stroke-width: 1.8; }
.lineage .cites .line { stroke-dasharray: 2 4; } .lineage .cites .mark { fill: none; stroke: var(--edge); stroke-width: 1.5; }
.lineage .contradicts { --edge: var(--failed); } .lineage .contradicts .line { stroke-width: 2; }
.lineage .edge.unverified .line { stroke-dasharray: 6 5; }
`;

/** A picture on its own brings its colours and its paper. */
export const pictureStyle = `${pageColours}${drawing}.lineage { background: var(--paper); }
.lineage .heading { font-size: 20px; font-weight: 650; } .lineage .legend text { font-size: 12.5px; fill: var(--soft); }
`;

export const lineagePageStyle = `${pageStyle}${drawing}
.lineage { display: block; } .lineage a:is(:hover, :focus-visible, .chosen) :is(.line, .trunk) { stroke: var(--accent); stroke-width: 4; }
.lineage a:is(:hover, :focus-visible, .chosen) .box { stroke: var(--accent); stroke-width: 3; stroke-opacity: 1; }
.lineage a:focus-visible { outline: none; } .lineage .chosen .mark { fill: var(--accent); }
main, header, footer { max-width: 1400px; } header + main > section:first-child { margin-top: 24px; }
.keys { margin-bottom: 16px; } .keys svg { overflow: visible; } .keys .dashed { stroke: var(--soft); stroke-width: 1.5; stroke-dasharray: 6 5; }
.drawing { display: grid; grid-template-columns: minmax(0, max-content) minmax(232px, 1fr); gap: 20px 28px; align-items: start; }
.drawing .scroll { border-block: 1px solid var(--line); }
#shown { position: sticky; top: 16px; border-left: 3px solid var(--accent); padding: 2px 0 2px 16px; font-size: 14px; max-height: calc(100vh - 32px); overflow-y: auto; }
.evidence { min-width: 0; margin: 0 0 18px; font-size: 14px; overflow-wrap: break-word; } .evidence p { margin: 0 0 4px; }
.evidence .meta, .evidence .nuance { color: var(--soft); font-size: 13px; } .evidence .unverified { color: var(--wrong); font-weight: 600; }
.evidence:target { outline: 2px solid var(--accent); outline-offset: 8px; border-radius: 2px; }
.hops { margin-top: 36px; } td.text, th.text { text-align: left; white-space: normal; }
@media (max-width: 1100px) {
  .drawing { grid-template-columns: minmax(0, 1fr); }
  #shown { top: auto; bottom: 0; max-height: 42vh; background: var(--paper); border-left: 0; border-top: 3px solid var(--accent); padding: 12px 0 8px; }
}
@media print {
  #shown { display: none; } .drawing { display: block; } .drawing .lineage { max-width: 100%; height: auto; max-height: 240mm; }
  .evidence { break-inside: avoid; }
}
`;
