"""The script of index.html: sorting and filtering rows that are there already. It makes no request and no markup."""

from __future__ import annotations

SCRIPT = """
"use strict";
(() => {
  const body = document.getElementById("rows");
  const heads = [...document.querySelectorAll("#heat [role=columnheader]")];
  const ranks = {e: -4, k: -3, t: -2, n: -1, f: 0, c: 1, b: 2, a: 3, p: 4};
  const rows = [...body.children].map((row, place) => {
    const cells = row.children, name = cells[0].textContent;
    return {row, place, name, plain: name.toLowerCase(), score: parseFloat(cells[1].textContent),
      state: row.dataset.s || "", muddles: row.dataset.m ? row.dataset.m.split(" ") : []};
  });
  const order = new Intl.Collator(undefined, {numeric: true, sensitivity: "base"});
  const value = (entry, column) => {
    const cell = entry.row.children[column];
    if (!cell || !(cell.className in ranks)) return NaN;
    const number = parseFloat(cell.textContent);
    return ranks[cell.className] + (number > 0 ? number / 1000 : 0);
  };
  let sorted = -1, up = true;
  const sort = column => {
    up = column === sorted ? !up : column !== 1;
    sorted = column;
    const sign = up ? 1 : -1;
    for (const entry of rows) {
      const key = column === 1 ? entry.score : column > 1 ? value(entry, column) : 0;
      entry.key = isNaN(key) ? sign * Infinity : key;  // what has none comes last, either way
    }
    rows.sort(column === 0
      ? (a, b) => sign * order.compare(a.name, b.name) || a.place - b.place
      : (a, b) => (a.key === b.key ? a.place - b.place : sign * (a.key < b.key ? -1 : 1)));
    const fragment = document.createDocumentFragment();
    for (const entry of rows) fragment.append(entry.row);
    body.append(fragment);
    heads.forEach((head, i) => {
      if (i === column) head.setAttribute("aria-sort", up ? "ascending" : "descending");
      else head.removeAttribute("aria-sort");
    });
  };
  const search = document.getElementById("search"), state = document.getElementById("state");
  const muddle = document.getElementById("muddle"), shown = document.getElementById("shown");
  const filter = () => {
    const text = search.value.trim().toLowerCase(), wanted = state.value, which = muddle.value;
    let count = 0;
    for (const entry of rows) {
      const fits = entry.plain.includes(text) && (!wanted || entry.state.includes(wanted))
        && (!which || entry.muddles.includes(which));
      if (entry.row.hidden === fits) entry.row.hidden = !fits;
      count += fits;
    }
    shown.textContent = count + " of " + rows.length + " shown";
  };
  heads.forEach((head, column) => head.querySelector("button").addEventListener("click", () => sort(column)));
  let timer = 0;
  search.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(filter, 80); });
  for (const box of [state, muddle]) box.addEventListener("change", filter);
  for (const button of document.querySelectorAll("button.show")) {
    button.addEventListener("click", () => {
      search.value = state.value = "";
      muddle.value = button.value;
      filter();
      document.getElementById("students").scrollIntoView();
      muddle.focus({preventScroll: true});
    });
  }
  filter();
})();
"""
