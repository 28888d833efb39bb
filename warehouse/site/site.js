// The table of the public page: sorts by a column's button, filters by words, section and measure. Without it all rows stand there.
"use strict";
(() => {
  const table = document.querySelector("table.sortable");
  const form = document.querySelector("form.tools");
  if (!table || !form) return;
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const order = new Intl.Collator(document.documentElement.lang, { numeric: true });
  const key = (row, column) => row.cells[column].dataset.sort ?? row.cells[column].textContent.trim();

  // Empty is last whichever way: no number is neither the least nor the most.
  const compare = (a, b, isNumber) => {
    if (a === "" || b === "") return (a === "") - (b === "");
    return isNumber ? Number(a) - Number(b) : order.compare(a, b);
  };

  table.tHead.rows[0].querySelectorAll("th").forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.title = table.dataset.hint;
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const isDown = head.getAttribute("aria-sort") === "ascending";
      for (const other of head.parentElement.cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", isDown ? "descending" : "ascending");
      const isNumber = head.classList.contains("num");
      const sorted = rows
        .map((row, place) => ({ row, place, value: key(row, column) }))
        .sort((a, b) => {
          const empty = a.value === "" || b.value === "";
          const found = compare(a.value, b.value, isNumber);
          return (isDown && !empty ? -found : found) || a.place - b.place;
        });
      body.append(...sorted.map(({ row }) => row));
    });
  });

  const plain = (text) => text.normalize("NFKC").toLowerCase();
  const texts = new Map(rows.map((row) => [row, plain(row.textContent)]));
  const { words, section, measure } = form.elements;
  const count = form.querySelector("output");
  const filter = () => {
    const wanted = plain(words.value).split(/\s+/).filter(Boolean);
    let some = 0;
    for (const row of rows) {
      const isShown =
        wanted.every((word) => texts.get(row).includes(word)) &&
        (!section.value || row.dataset.section === section.value) &&
        (!measure.value || row.dataset.measure === measure.value);
      row.hidden = !isShown;
      some += isShown;
    }
    const said = some === rows.length ? count.dataset.all : count.dataset.some;
    count.value = said.replace("{all}", rows.length).replace("{some}", some);
  };
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  filter();
})();
