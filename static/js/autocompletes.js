// Select2 gives its fields no name: they are called as the label of their select says.
"use strict";

const named = () => {
  document.querySelectorAll("select.admin-autocomplete").forEach((select) => {
    const [label] = select.labels;
    const shown = select.nextElementSibling?.querySelector(".select2-selection");
    if (!label || !shown) return;
    label.id ||= `${select.id}-label`;
    const words = shown.querySelector(".select2-selection__rendered");
    words?.setAttribute("aria-labelledby", label.id);
    shown.setAttribute("aria-labelledby", `${label.id} ${words?.id ?? ""}`.trim());
  });
};

// It makes them when jQuery says so, which may be before or after the page has loaded.
new MutationObserver(named).observe(document.documentElement, {
  childList: true,
  subtree: true,
});
