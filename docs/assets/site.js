// What the theme leaves out for the keyboard and for screen readers.
document$.subscribe(() => {
  for (const dialog of document.querySelectorAll('[data-md-component="search"]'))
    dialog.setAttribute("aria-label", "Search");
  for (const [number, nav] of document.querySelectorAll(".md-code__nav").entries())
    nav.setAttribute("aria-label", `Code ${number + 1}`);
  for (const box of document.querySelectorAll("pre > code, .md-typeset__table, .md-typeset__scrollwrap"))
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
  for (const head of document.querySelectorAll("thead")) {
    for (const cell of head.querySelectorAll("th:empty")) cell.replaceWith(document.createElement("td"));
    if (!head.querySelector("th")) head.remove();
  }
});
