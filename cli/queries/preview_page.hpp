// SPDX-License-Identifier: MIT
// The page of --preview, but for its data.
#pragma once

#include <string_view>

namespace fanout::cli::queries {

// Texts come in as text nodes only, never as markup. Nothing is loaded from anywhere.
inline constexpr std::string_view preview_page = R"html(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
      content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>Queries</title>
<style>
  :root {
    color-scheme: light dark;
    --paper: #fcfcfb; --card: #fff; --ink: #1c1c1a; --soft: #63625d; --line: #e3e2dd;
    --bar: #2a6fb8; --none: #b4471f;
  }
  @media (prefers-color-scheme: dark) {
    :root {
      --paper: #191918; --card: #222220; --ink: #eeede8; --soft: #a5a49d; --line: #3a3936;
      --bar: #5b9fe3; --none: #ee8a62;
    }
  }
  * { box-sizing: border-box; }
  body { margin: 0 auto; max-width: 76rem; padding: 2rem 1.25rem 4rem; background: var(--paper);
         color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
  h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 .25rem; }
  h2 { font-size: 1.1rem; margin: 2.25rem 0 .75rem; }
  p { margin: 0; color: var(--soft); max-width: 46rem; }
  .cards { display: grid; gap: .9rem; grid-template-columns: repeat(auto-fill, minmax(20rem, 1fr));
           align-items: start; }
  .card { background: var(--card); border: 1px solid var(--line); border-radius: 8px;
          padding: .8rem .9rem; }
  .card h3 { font-size: .95rem; margin: 0; }
  .card p { font-size: .82rem; margin-bottom: .5rem; }
  .value { display: grid; grid-template-columns: 9rem 1fr 2.4rem; gap: .5rem; width: 100%;
           align-items: center; border: 0; padding: .14rem .2rem; background: none; color: inherit;
           font: inherit; font-size: .84rem; text-align: left; border-radius: 4px; cursor: pointer; }
  .value:hover, .value:focus-visible { background: color-mix(in srgb, var(--bar) 12%, transparent); }
  .value[aria-pressed=true] { background: color-mix(in srgb, var(--bar) 24%, transparent); }
  .value > :first-child { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  .track { height: .6rem; }
  .bar { height: 100%; background: var(--bar); border-radius: 0 3px 3px 0; min-width: 1px; }
  .count { text-align: right; font-variant-numeric: tabular-nums; }
  .never { color: var(--none); }
  .never .bar { visibility: hidden; }
  .more { font-size: .82rem; color: var(--soft); padding: .2rem; }
  .tools { display: flex; flex-wrap: wrap; gap: .75rem; align-items: center; position: sticky; top: 0;
           background: var(--paper); padding: .5rem 0; }
  input, .tools button { font: inherit; color: inherit; background: var(--card);
         border: 1px solid var(--line); border-radius: 6px; padding: .4rem .6rem; }
  input { flex: 1 1 16rem; }
  table { border-collapse: collapse; width: 100%; }
  th, td { text-align: left; vertical-align: top; padding: .5rem .6rem; border-top: 1px solid var(--line); }
  th { font-size: .82rem; color: var(--soft); font-weight: 600; }
  td:first-child { font-variant-numeric: tabular-nums; color: var(--soft); white-space: nowrap; }
  td:nth-child(2) { width: 50%; white-space: pre-wrap; overflow-wrap: anywhere; }
  .tuple { display: flex; flex-wrap: wrap; gap: .1rem .8rem; font-size: .82rem; }
  .tuple span span { color: var(--soft); }
</style>
</head>
<body>
<h1></h1>
<p id="assistant"></p>
<h2>Coverage</h2>
<p>How many tuples have each value. A click on one filters the table below.</p>
<div class="cards" id="coverage" style="margin-top: .9rem"></div>
<h2>Queries</h2>
<div class="tools">
  <input id="filter" type="search" placeholder="Filter by words, in queries and tuples"
         aria-label="Filter by words, in queries and tuples">
  <button id="all" type="button">Show all</button>
  <span id="shown" aria-live="polite"></span>
</div>
<table>
  <thead><tr><th>id</th><th>query</th><th>tuple</th></tr></thead>
  <tbody id="rows"></tbody>
</table>
<script type="application/json" id="data">@data@</script>
<script>
"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const get = id => document.getElementById(id);
const make = (tag, name, text) => {
  const node = document.createElement(tag);
  if (name) node.className = name;
  if (text !== undefined) node.textContent = text;
  return node;
};
const chosen = new Map();  // dimension: value
const most_values = 12;    // of a free text, which has no end of them

document.title = data.name + ": queries";
document.querySelector("h1").textContent = data.name;
get("assistant").textContent = `${data.rows.length} queries from ${data.tuples.length} tuples, for ` +
  `${data.assistant}`;

data.dimensions.forEach((dimension, index) => {
  const card = make("section", "card");
  card.append(make("h3", "", dimension.name), make("p", "", dimension.description));
  const most = Math.max(1, ...dimension.values.map(value => value[1]));
  const shown = dimension.free ? dimension.values.slice(0, most_values) : dimension.values;
  for (const [text, count] of shown) {
    const value = make("button", count ? "value" : "value never");
    value.type = "button";
    value.title = text;
    value.setAttribute("aria-pressed", "false");
    const track = make("span", "track");
    const bar = make("div", "bar");
    bar.style.width = `${100 * count / most}%`;
    track.append(bar);
    value.append(make("span", "", text), track, make("span", "count", count || "never"));
    value.addEventListener("click", () => {
      const again = chosen.get(index) === text;
      again ? chosen.delete(index) : chosen.set(index, text);
      for (const each of card.querySelectorAll(".value")) {
        each.setAttribute("aria-pressed", String(!again && each === value));
      }
      filter();
    });
    card.append(value);
  }
  const rest = dimension.values.length - shown.length;
  if (rest) card.append(make("div", "more", `and ${rest} more`));
  get("coverage").append(card);
});

const rows = data.rows.map(([id, query, tuple]) => {
  const row = make("tr");
  const texts = data.tuples[tuple];
  const list = make("div", "tuple");
  texts.forEach((text, index) => {
    const part = make("span");
    part.append(make("span", "", data.dimensions[index].name + ": "), text);
    list.append(part);
  });
  const cell = make("td");
  cell.append(list);
  row.append(make("td", "", id), make("td", "", query), cell);
  return {row, texts, words: [id, query, ...texts].join("\n").toLowerCase()};
});
get("rows").append(...rows.map(each => each.row));

function filter() {
  const words = get("filter").value.toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  for (const {row, texts, words: all} of rows) {
    const fits = words.every(word => all.includes(word)) &&
      [...chosen].every(([index, text]) => texts[index] === text);
    row.hidden = !fits;
    count += fits;
  }
  get("shown").textContent = `${count} of ${rows.length}`;
}
get("filter").addEventListener("input", filter);
get("all").addEventListener("click", () => {
  chosen.clear();
  get("filter").value = "";
  for (const each of document.querySelectorAll(".value")) each.setAttribute("aria-pressed", "false");
  filter();
});
filter();
</script>
</body>
</html>
)html";

}  // namespace fanout::cli::queries
