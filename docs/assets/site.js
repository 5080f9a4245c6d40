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

// A picture follows the page's colour scheme, which a reader can choose here.
const showScheme = () => {
  const isDark = document.body.dataset.mdColorScheme === "slate";
  for (const source of document.querySelectorAll("picture > source"))
    source.media = isDark ? "all" : "not all";
};
document$.subscribe(showScheme);
new MutationObserver(showScheme).observe(document.body, { attributeFilter: ["data-md-color-scheme"] });
