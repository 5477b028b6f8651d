/** A lineage as a page: the picture, the evidence behind each of its parts a click away, and how the idea compounds. */
import { adoptionChart } from "../../charts/index.ts";
import { compoundingOf, firstDay, type Ledger, type Lineage, type Source } from "../../ledger/index.ts";
import { htmlDocument } from "../document.ts";
import { figure } from "../figure.ts";
import { html, type Markup, trusted } from "../markup.ts";
import { lineageFacts, type NameOf, namesOf } from "./facts.ts";
import { type Evidence, lineageGraph, shortName } from "./graph.ts";
import { type Drawing, kindSample, legendWords, lineagePicture } from "./picture.ts";
import { lineagePageStyle, pictureStyle } from "./style.ts";

export function pageOf(lineage: Lineage, ledger: Ledger): string {
  const nameOf = namesOf(ledger);
  const graph = lineageGraph(lineage, ledger);
  const drawing = lineagePicture(graph, ([first]) => (first === undefined ? null : `#${first.id}`));
  const { idea } = lineage;
  return htmlDocument({
    title: `${idea.name} · lineage · Assay`,
    style: lineagePageStyle,
    script: lineageScript,
    body: html`<a class="skip" href="#picture">Skip to the picture</a>
<header>
<p class="brand"><b>Assay</b> · lineage of an idea</p>
<h1>${idea.name}</h1>
<p class="lede">${idea.summary}</p>
</header>
<main>
<section id="picture" aria-labelledby="picture-title">
<h2 id="picture-title">Who took it from whom</h2>
<p class="lede">Time runs down. A box with a heavy frame introduced an idea; its colour is the organisation's. A click on a line or a box shows what stands behind it.</p>
${legend(drawing)}
<div class="drawing">
<div class="scroll" tabindex="0" role="region" aria-label="Picture of the lineage">${svgOf(drawing)}</div>
<aside id="shown" aria-live="polite" aria-label="Evidence" hidden><p class="lede">Choose a line or a box: its evidence stands here.</p></aside>
</div>
</section>
${compoundingSection(lineage, nameOf)}
<section aria-labelledby="evidence-title">
<h2 id="evidence-title">The evidence</h2>
<p class="lede">Everything that the picture and the numbers rest on, with its source. What nobody verified says why.</p>
<div class="columns">${graph.evidence.map(evidenceArticle)}</div>
</section>
</main>
<footer><p>Made by Assay from the links of its ledger, and from nothing else: a use that the ledger does not know is not counted.</p></footer>
`,
  });
}

export function svgFileOf(lineage: Lineage, ledger: Ledger): string {
  const graph = lineageGraph(lineage, ledger);
  const drawing = lineagePicture(graph, (evidence) => {
    const [address] = evidence.flatMap(({ source }) => ("url" in source && source.url !== null ? [source.url] : []));
    return address ?? null;
  });
  const heading = 64;
  const entries = legendEntries(drawing);
  const width = Math.max(
    drawing.width,
    32 + entries.reduce((sum, { words }) => sum + legendWidth(words), 0),
    32 + lineage.idea.name.length * 10.5,
  );
  let x = 0;
  const legendGroup = entries.map(({ words, sample }) => {
    const entry = html`<g transform="translate(${x} 0)"><g transform="translate(0 8)">${sample}</g><text x="46" y="12">${words}</text></g>`;
    x += legendWidth(words);
    return entry;
  });
  return html`<svg xmlns="http://www.w3.org/2000/svg" class="lineage" viewBox="-16 0 ${Math.ceil(width) + 16} ${Math.ceil(drawing.height) + heading}" width="${Math.ceil(width) + 16}" height="${Math.ceil(drawing.height) + heading}" role="img" aria-label="Lineage of ${lineage.idea.name}">
<style>${trusted(pictureStyle)}</style>
<text class="heading" x="0" y="28">${lineage.idea.name}</text>
<g class="legend" transform="translate(0 40)">${legendGroup}</g>
<g transform="translate(0 ${heading})">${drawing.inside}</g>
</svg>
`.markup;
}

const svgOf = ({ width, height, inside }: Drawing): Markup =>
  html`<svg class="lineage" viewBox="0 0 ${Math.ceil(width)} ${Math.ceil(height)}" width="${Math.ceil(width)}" height="${Math.ceil(height)}" role="group" aria-label="Lineage">${inside}</svg>`;

const legendWidth = (words: string) => 46 + words.length * 6.6 + 22;

function legendEntries({ kinds, anyUnverified }: Drawing): { words: string; sample: Markup }[] {
  const dashed = {
    words: "nobody verified it",
    sample: html`<line class="dashed" x1="0" x2="38" y1="0" y2="0" stroke="var(--soft)" stroke-width="1.5" stroke-dasharray="6 5"/>`,
  };
  return [
    ...kinds.map((kind) => ({ words: legendWords(kind), sample: kindSample(kind) })),
    ...(anyUnverified ? [dashed] : []),
  ];
}

const legend = (drawing: Drawing): Markup =>
  html`<ul class="legend keys" aria-label="Kinds of links">${legendEntries(drawing).map(
    ({ words, sample }) =>
      html`<li><svg class="lineage" width="40" height="16" viewBox="0 -8 40 16" aria-hidden="true">${sample}</svg>${words}</li>`,
  )}</ul>`;

function compoundingSection(lineage: Lineage, nameOf: NameOf): Markup {
  const { adoptions, hops } = compoundingOf(lineage);
  const ideas = new Map(lineageIdeas(lineage));
  const outside = adoptions.filter(({ event }) => event.independent);
  const dated = outside.flatMap(({ event: { on, actor }, outsideOrgs }) =>
    on === null ? [] : [{ day: firstDay(on), orgs: outsideOrgs, name: nameOf(actor) }],
  );
  const short = shortName(lineage.idea.name);
  const introducedOn = lineage.idea.introduced.on;
  const chart =
    dated.length === 0 || introducedOn === null
      ? null
      : figure(
          (width) =>
            adoptionChart(dated, {
              idea: short,
              introducedOn: firstDay(introducedOn),
              undated: outside.length - dated.length,
              width,
            }),
          524,
        );
  const rows = hops.map(
    ({ idea, from, to, on, link }) =>
      html`<tr><th class="text" scope="row">${nameOf(from)} → ${nameOf(to)}</th><td class="text">${ideas.get(idea)!}</td><td class="text">${link.from === to ? "" : nameOf(link.from)}</td><td>${on ?? "no date"}</td></tr>`,
  );
  return html`<section aria-labelledby="compounding-title">
<h2 id="compounding-title">How it compounds</h2>
<p class="lede">Counted from the links alone. Days are a range where dates are months or years.</p>
<dl class="facts">${lineageFacts(lineage, nameOf).map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
${hops.length === 0 ? null : html`<div class="pair hops">${chart}<div class="scroll"><table><caption>From lab to lab: first uses of the idea, and of what was developed from it</caption><thead><tr><th class="text" scope="col">from → to</th><th class="text" scope="col">idea</th><th class="text" scope="col">with</th><th scope="col">on</th></tr></thead><tbody>${rows}</tbody></table></div></div>`}
</section>`;
}

const lineageIdeas = (lineage: Lineage): [string, string][] => [
  [lineage.idea.id, shortName(lineage.idea.name)],
  ...lineage.developments.flatMap(lineageIdeas),
];

function evidenceArticle({ id, title, on, says, nuances, source, observed, verified }: Evidence): Markup {
  return html`<article class="evidence" id="${id}"><h3>${title}</h3>
<p class="meta">${on ?? "no date"} · ${verified.verified ? "verified" : html`<span class="unverified">unverified: ${verified.because}</span>`}</p>
<p>${says}</p>${nuances.map((nuance) => html`<p class="nuance">${nuance}</p>`)}
<p class="meta">${sourceMarkup(source)} (${observed})</p></article>`;
}

function sourceMarkup(source: Source): Markup {
  if (source.provenance === "measured") return html`${source.title}, run ${source.runId}`;
  if (source.provenance === "computed") return html`${source.title}: ${source.from}`;
  const kind = source.provenance.replaceAll("-", " ");
  return source.url === null
    ? html`${source.title}, ${kind}`
    : html`<a href="${source.url}">${source.title}</a>, ${kind}`;
}

/** Shows the evidence of what was chosen beside the picture. Without it, a click leads to the evidence further down. */
const lineageScript = `(() => {
const shown = document.getElementById("shown");
const picture = document.querySelector("#picture .scroll");
function show(link) {
  for (const old of picture.querySelectorAll(".chosen")) old.classList.remove("chosen");
  link.classList.add("chosen");
  shown.replaceChildren(...link.dataset.evidence.split(" ").map((id) => {
    const copy = document.getElementById(id).cloneNode(true);
    copy.removeAttribute("id");
    return copy;
  }));
  shown.scrollTop = 0;
}
const linkOf = (event) => event.target.closest("a[data-evidence]");
picture.addEventListener("focusin", (event) => { if (linkOf(event)) show(linkOf(event)); });
picture.addEventListener("click", (event) => { if (linkOf(event)) { event.preventDefault(); show(linkOf(event)); } });
shown.hidden = false;
})();
`;
