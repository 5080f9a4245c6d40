// Without this script the page shows all rows, in the order in which they are.
for (const table of document.querySelectorAll("table.sortable")) {
  const [body] = table.tBodies;
  for (const [column, head] of [...table.tHead.rows[0].cells].entries()) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const sign = head.ariaSort === "descending" ? 1 : -1;
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
      const text = row => row.cells[column].textContent.trim().replaceAll(",", "");
      const number = row => text(row) === "" ? -Infinity : Number(text(row));
      const compare = (a, b) => number(a) - number(b) || text(a).localeCompare(text(b), "en", { numeric: true });
      body.append(...[...body.rows].sort((a, b) => sign * compare(a, b)));
    });
  }
}
const filter = document.querySelector("#filter"), wanted = filter.querySelector("input");
filter.hidden = false;
wanted.addEventListener("input", () => {
  const tag = wanted.value.trim().toUpperCase();
  for (const item of document.querySelectorAll("[data-tags]"))
    item.hidden = tag !== "" && !item.dataset.tags.toUpperCase().split(" ").includes(tag);
});
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach(each => { each.open = true; }));
